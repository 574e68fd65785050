<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/** What a browser sent, as it sent it: WordPress puts slashes before quotes. Nothing here is checked yet. */
final class Request
{
    private function __construct()
    {
    }

    /** Empty where it is not there, or a list. */
    public static function query(string $name): string
    {
        return self::text($_GET[$name] ?? '');
    }

    /** Empty where it is not there, or a list. */
    public static function form(string $name): string
    {
        return self::text($_POST[$name] ?? '');
    }

    /** Of a header of the server's, such as `HTTP_PURPOSE` or `QUERY_STRING`. */
    public static function server(string $name): string
    {
        return self::text($_SERVER[$name] ?? '');
    }

    public static function isPost(): bool
    {
        return self::server('REQUEST_METHOD') === 'POST';
    }

    /** @param mixed $value */
    private static function text($value): string
    {
        return is_string($value) ? wp_unslash($value) : '';
    }
}
