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

function esc_html_e(string $text, string $domain = 'default'): void
{
    echo esc_html($text);
}

function esc_html_x(string $text, string $context, string $domain = 'default'): string
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

/** @param mixed $value */
function wp_json_encode($value, int $flags = 0): string
{
    return json_encode($value, JSON_THROW_ON_ERROR | $flags);
}

/**
 * @param mixed $value
 *
 * @return mixed
 */
function wp_unslash($value)
{
    if (is_array($value)) {
        return array_map('wp_unslash', $value);
    }

    return is_string($value) ? stripslashes($value) : $value;
}

function wp_strip_all_tags(string $text): string
{
    return trim(strip_tags($text));
}

function wp_kses_post(string $html): string
{
    return strip_tags($html, '<a><strong><em>');
}

function wp_specialchars_decode(string $text, int $flags): string
{
    return htmlspecialchars_decode($text, $flags);
}

function sanitize_text_field(string $text): string
{
    return trim((string) preg_replace('/\s+/', ' ', strip_tags($text)));
}

function sanitize_email(string $email): string
{
    return (string) preg_replace('/[^a-zA-Z0-9@._+-]/', '', $email);
}

/** @return string|false */
function is_email(string $email)
{
    return filter_var($email, FILTER_VALIDATE_EMAIL);
}

function get_bloginfo(string $what): string
{
    return $what === 'name' ? 'Atelier &amp; Nord' : 'UTF-8';
}

function get_language_attributes(): string
{
    return 'lang="en-US"';
}

function checked(bool $is): void
{
    echo $is ? 'checked' : '';
}

/** As WordPress: the same host, or the fallback. */
function wp_validate_redirect(string $url, string $fallback): string
{
    $host = parse_url($url, PHP_URL_HOST);

    return $host === null || $host === parse_url(WordPress::$home, PHP_URL_HOST) ? $url : $fallback;
}

function wp_salt(string $scheme): string
{
    return "salt of {$scheme}";
}

function wp_login_url(): string
{
    return home_url('/wp-login.php');
}

/** As WooCommerce filters it. */
function wp_lostpassword_url(): string
{
    return home_url('/my-account/lost-password/');
}

function wp_generate_password(int $length, bool $special = true, bool $extra = false): string
{
    return substr(bin2hex(random_bytes($length)), 0, $length);
}

/** The nonce of whoever is logged in: the same for all who are not. */
function wp_create_nonce(string $action): string
{
    return substr(hash('sha256', $action . WordPress::$currentUser), 0, 10);
}

function wp_verify_nonce(string $nonce, string $action): bool
{
    return hash_equals(wp_create_nonce($action), $nonce);
}

function wp_nonce_field(string $action, string $name, bool $referer): void
{
    echo '<input type="hidden" name="' . $name . '" value="' . wp_create_nonce($action) . '">';
}

function is_singular(): bool
{
    return false;
}

/** @param array<string, string> $defaults @param array<string, string> $given @return array<string, string> */
function shortcode_atts(array $defaults, array $given, string $tag): array
{
    return array_intersect_key($given, $defaults) + $defaults;
}

function wp_style_is(string $name, string $list): bool
{
    return true;
}

function wp_enqueue_style(string $name): void
{
}

/** @param array<int, mixed> $arguments */
function wp_schedule_single_event(int $time, string $hook, array $arguments): bool
{
    WordPress::$scheduled[] = [$time, $hook, $arguments];

    return true;
}

/** @return string|false */
function get_permalink()
{
    return false;
}
