<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Clock;

/** The time of the fakes. */
final class TestClock implements Clock
{
    public function now(): int
    {
        return WordPress::$now;
    }
}
