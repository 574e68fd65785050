<?php

// What the admin area and its jobs use.

declare(strict_types=1);

use Leadtap\WooCommerce\Tests\Support\Admin;
use Leadtap\WooCommerce\Tests\Support\Stopped;
use Leadtap\WooCommerce\Tests\Support\WordPress;

const HOUR_IN_SECONDS = 3600;
const DAY_IN_SECONDS = 86400;

function current_user_can(string $capability, int $object = 0): bool
{
    return in_array($capability, Admin::$capabilities, true);
}

function check_admin_referer(string $action): int
{
    if (Admin::$nonceFor !== $action) {
        throw new Stopped('the link you followed has expired');
    }

    return 1;
}

/** @param array<string, int> $options */
function wp_die(string $message, string $title = '', array $options = []): void
{
    throw new Stopped($message, $options['response'] ?? 500);
}

function wp_safe_redirect(string $url, int $status = 302, string $by = 'WordPress'): bool
{
    throw new Stopped("to {$url}", $status);
}

function admin_url(string $path = ''): string
{
    return home_url('/wp-admin/' . $path);
}

function _n(string $one, string $many, int $number, string $domain = 'default'): string
{
    return $number === 1 ? $one : $many;
}

function number_format_i18n(float $number, int $decimals = 0): string
{
    return number_format($number, $decimals);
}

function wp_timezone(): DateTimeZone
{
    return new DateTimeZone(Admin::$zone);
}

function wp_date(string $format, ?int $time = null): string
{
    return (new DateTimeImmutable('@' . ($time ?? WordPress::$now)))->setTimezone(wp_timezone())->format($format);
}

function human_time_diff(int $from, int $to): string
{
    return intdiv($to - $from, 60) . ' minutes';
}

/** @return mixed */
function wp_parse_url(string $url, int $component = -1)
{
    return parse_url($url, $component);
}

function wp_check_invalid_utf8(string $text): string
{
    return preg_match('//u', $text) === 1 ? $text : '';
}

/**
 * Keeps the tags, without attributes: what the real one keeps of them is its own affair.
 *
 * @param array<string, mixed> $allowed
 * @param list<string>         $protocols
 */
function wp_kses(string $text, array $allowed, array $protocols = []): string
{
    return strip_tags($text, array_keys($allowed));
}

function wp_normalize_path(string $path): string
{
    return (string) preg_replace('#/+#', '/', str_replace('\\', '/', $path));
}

function trailingslashit(string $path): string
{
    return rtrim($path, '/') . '/';
}

function wp_roles(): object
{
    return new class () {
        /** @return array<string, string> */
        public function get_names(): array
        {
            return ['administrator' => 'Administrator', 'shop_manager' => 'Shop manager', 'customer' => 'Customer', 'subscriber' => 'Subscriber'];
        }
    };
}

function wp_mail(string $to, string $subject, string $body): bool
{
    if (Admin::$mailWorks) {
        WordPress::$mails[] = ['to' => $to, 'subject' => $subject, 'body' => $body];
    }

    return Admin::$mailWorks;
}

function wc_get_logger(): object
{
    return new class () {
        /** @param array<string, mixed> $context */
        public function log(string $level, string $message, array $context): void
        {
            Admin::$log[] = [$level, $message . ' ' . json_encode($context)];
        }
    };
}

function wp_unschedule_hook(string $hook): int
{
    WordPress::$unscheduled[] = [get_current_blog_id(), $hook];

    return 1;
}

function wp_doing_cron(): bool
{
    return false;
}
