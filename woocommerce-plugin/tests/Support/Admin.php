<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

/** What the fakes of WordPress's admin functions keep. */
final class Admin
{
    /** @var list<string> what the current user may */
    public static array $capabilities = [];

    /** The action of the nonce that comes with the request; empty: none does. */
    public static string $nonceFor = '';

    public static string $zone = 'UTC';

    public static bool $mailWorks = true;

    /** @var list<array{string, string}> level and message */
    public static array $log = [];

    public static function reset(): void
    {
        self::$capabilities = [];
        self::$nonceFor = '';
        self::$zone = 'UTC';
        self::$mailWorks = true;
        self::$log = [];
        $_REQUEST = [];
    }
}
