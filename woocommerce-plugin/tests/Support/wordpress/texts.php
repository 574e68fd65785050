<?php

// Words, escaping and addresses.

declare(strict_types=1);

use Leadtap\WooCommerce\Tests\Support\WordPress;

function __(string $text, string $domain = 'default'): string
{
    return $text;
}

function _x(string $text, string $context, string $domain = 'default'): string
{
    return $text;
}

function esc_html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function esc_html__(string $text, string $domain = 'default'): string
{
    return esc_html($text);
}

function esc_attr(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function esc_url(string $url): string
{
    return preg_match('#^(https?:/)?/#', $url) === 1 ? str_replace('&', '&#038;', esc_url_raw($url)) : '';
}

function esc_url_raw(string $url): string
{
    return str_replace(['"', "'", '<', '>', ' '], ['%22', '%27', '%3C', '%3E', '%20'], $url);
}

function home_url(string $path = ''): string
{
    return WordPress::$home . $path;
}

/** @param array<string, string> $arguments already encoded, as WordPress wants them */
function add_query_arg(array $arguments, string $url): string
{
    [$url, $fragment] = explode('#', $url, 2) + ['', null];
    [$base, $query] = explode('?', $url, 2) + ['', ''];
    parse_str($query, $had);
    $pairs = [];
    foreach ($arguments + array_map('rawurlencode', $had) as $name => $value) {
        $pairs[] = "{$name}={$value}";
    }

    return $base . ($pairs === [] ? '' : '?' . implode('&', $pairs)) . ($fragment === null ? '' : "#{$fragment}");
}

function is_admin(): bool
{
    return WordPress::$isAdmin;
}
