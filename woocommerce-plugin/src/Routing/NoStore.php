<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/**
 * Keeps an answer out of every cache: a stored redirect would hand one
 * visitor's login to another.
 */
final class NoStore
{
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
            header('Cache-Control: no-store, private, max-age=0');
            // The callback's own address holds the code.
            header('Referrer-Policy: no-referrer');
            // Nobody presses one of our buttons in another site's frame.
            header('X-Frame-Options: SAMEORIGIN');
        }
    }
}
