<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/**
 * Keeps an answer out of every cache: a stored redirect would hand one
 * visitor's login to another.
 */
final class NoStore
{
    private const CACHE_CONTROL = 'no-store, private, max-age=0';

    private function __construct()
    {
    }

    public static function send(): void
    {
        if (!defined('DONOTCACHEPAGE')) {
            define('DONOTCACHEPAGE', true);
        }
        if (!headers_sent()) {
            nocache_headers();
            header('Cache-Control: ' . self::CACHE_CONTROL);
            // WooCommerce takes `no-store` off its own pages for guests, and says that this is how to keep it.
            add_filter('wp_headers', static fn (array $headers): array => ['Cache-Control' => self::CACHE_CONTROL] + $headers, PHP_INT_MAX);
            // The callback's own address holds the code.
            header('Referrer-Policy: no-referrer');
            // Nobody presses one of our buttons in another site's frame.
            header('X-Frame-Options: SAMEORIGIN');
        }
    }
}
