<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

/** A test in a fresh WordPress. */
abstract class TestCase extends \PHPUnit\Framework\TestCase
{
    protected function setUp(): void
    {
        WordPress::reset();
    }

    /** @param array<string, mixed> $settings */
    protected static function settings(array $settings): void
    {
        WordPress::$options['leadtap_settings'] = $settings;
    }
}
