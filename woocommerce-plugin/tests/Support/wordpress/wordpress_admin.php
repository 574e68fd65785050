<?php

// What only the admin area and its jobs use. Loaded last; whatever the other
// fakes have already stays theirs.

declare(strict_types=1);

use Leadtap\WooCommerce\Tests\Support\Admin;
use Leadtap\WooCommerce\Tests\Support\Stopped;
use Leadtap\WooCommerce\Tests\Support\WordPress;

defined('MINUTE_IN_SECONDS') || define('MINUTE_IN_SECONDS', 60);
defined('HOUR_IN_SECONDS') || define('HOUR_IN_SECONDS', 3600);
defined('DAY_IN_SECONDS') || define('DAY_IN_SECONDS', 86400);

if (!function_exists('current_user_can')) {
    function current_user_can(string $capability, int $object = 0): bool
    {
        return in_array($capability, Admin::$capabilities, true);
    }
}

if (!function_exists('get_current_user_id')) {
    function get_current_user_id(): int
    {
        return WordPress::$currentUser;
    }
}

if (!function_exists('check_admin_referer')) {
    function check_admin_referer(string $action): int
    {
        if (Admin::$nonceFor !== $action) {
            throw new Stopped('the link you followed has expired');
        }

        return 1;
    }
}

if (!function_exists('wp_die')) {
    /** @param array<string, int> $options */
    function wp_die(string $message, string $title = '', array $options = []): void
    {
        throw new Stopped($message, $options['response'] ?? 500);
    }
}

if (!function_exists('wp_safe_redirect')) {
    function wp_safe_redirect(string $url, int $status = 302, string $by = 'WordPress'): bool
    {
        throw new Stopped("to {$url}", $status);
    }
}

if (!function_exists('admin_url')) {
    function admin_url(string $path = ''): string
    {
        return home_url('/wp-admin/' . $path);
    }
}

if (!function_exists('wp_create_nonce')) {
    function wp_create_nonce(string $action): string
    {
        return 'nonce-of-' . $action;
    }
}

if (!function_exists('_n')) {
    function _n(string $one, string $many, int $number, string $domain = 'default'): string
    {
        return $number === 1 ? $one : $many;
    }
}

if (!function_exists('number_format_i18n')) {
    function number_format_i18n(float $number, int $decimals = 0): string
    {
        return number_format($number, $decimals);
    }
}

if (!function_exists('wp_timezone')) {
    function wp_timezone(): DateTimeZone
    {
        return new DateTimeZone(Admin::$zone);
    }
}

if (!function_exists('wp_date')) {
    function wp_date(string $format, ?int $time = null): string
    {
        return (new DateTimeImmutable('@' . ($time ?? WordPress::$now)))->setTimezone(wp_timezone())->format($format);
    }
}

if (!function_exists('human_time_diff')) {
    function human_time_diff(int $from, int $to): string
    {
        return intdiv($to - $from, 60) . ' minutes';
    }
}

if (!function_exists('wp_parse_url')) {
    /** @return mixed */
    function wp_parse_url(string $url, int $component = -1)
    {
        return parse_url($url, $component);
    }
}

if (!function_exists('wp_unslash')) {
    /**
     * @param mixed $value
     *
     * @return mixed
     */
    function wp_unslash($value)
    {
        return is_array($value) ? array_map('wp_unslash', $value) : (is_string($value) ? stripslashes($value) : $value);
    }
}

if (!function_exists('wp_check_invalid_utf8')) {
    function wp_check_invalid_utf8(string $text): string
    {
        return preg_match('//u', $text) === 1 ? $text : '';
    }
}

if (!function_exists('sanitize_text_field')) {
    function sanitize_text_field(string $text): string
    {
        return trim((string) preg_replace('/\s+/', ' ', strip_tags($text)));
    }
}

if (!function_exists('wp_kses')) {
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
}

if (!function_exists('wp_normalize_path')) {
    function wp_normalize_path(string $path): string
    {
        return (string) preg_replace('#/+#', '/', str_replace('\\', '/', $path));
    }
}

if (!function_exists('trailingslashit')) {
    function trailingslashit(string $path): string
    {
        return rtrim($path, '/') . '/';
    }
}

if (!function_exists('wp_validate_redirect')) {
    function wp_validate_redirect(string $url, string $fallback = ''): string
    {
        $host = parse_url($url, PHP_URL_HOST);
        $isOwn = $host === null ? preg_match('#^/(?![/\\\\])#', $url) === 1 : $host === parse_url(home_url(), PHP_URL_HOST);

        return $isOwn ? $url : $fallback;
    }
}

if (!function_exists('wp_roles')) {
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
}

if (!function_exists('get_bloginfo')) {
    function get_bloginfo(string $what): string
    {
        return ['name' => 'Atelier &amp; Nord', 'charset' => 'UTF-8'][$what] ?? '';
    }
}

if (!function_exists('get_language_attributes')) {
    function get_language_attributes(): string
    {
        return 'lang="en-US"';
    }
}

if (!function_exists('wp_specialchars_decode')) {
    function wp_specialchars_decode(string $text, int $quotes = ENT_NOQUOTES): string
    {
        return htmlspecialchars_decode($text, $quotes);
    }
}

if (!function_exists('is_email')) {
    /** @return string|false */
    function is_email(string $text)
    {
        return filter_var($text, FILTER_VALIDATE_EMAIL);
    }
}

if (!function_exists('wp_mail')) {
    function wp_mail(string $to, string $subject, string $body): bool
    {
        if (Admin::$mailWorks) {
            WordPress::$mails[] = ['to' => $to, 'subject' => $subject, 'body' => $body];
        }

        return Admin::$mailWorks;
    }
}

if (!function_exists('get_user_by')) {
    /** @return WP_User|false */
    function get_user_by(string $field, string $value)
    {
        foreach (WordPress::$users as $user) {
            if ($field === 'email' && strcasecmp($user->user_email, $value) === 0) {
                return $user;
            }
        }

        return false;
    }
}

if (!class_exists('WP_Error')) {
    class WP_Error
    {
        private string $message;

        public function __construct(string $code, string $message)
        {
            $this->message = $message;
        }

        public function get_error_message(): string
        {
            return $this->message;
        }
    }
}

if (!function_exists('wc_get_logger')) {
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
}
