<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class RateLimitTest extends TestCase
{
    public function testSoManyInATimeThatBeginsWithTheFirst(): void
    {
        $limit = new RateLimit(new Lock(0.0), new TestClock());
        $allowed = [];
        for ($minute = 0; $minute < 12; $minute++) {
            $allowed[] = $limit->allows('x', 3, 300);
            WordPress::$now += 60;
        }
        self::assertSame([true, true, true, false, false, true, true, true, false, false, true, true], $allowed);
    }

    public function testEachIsCountedApart(): void
    {
        $limit = new RateLimit(new Lock(0.0), new TestClock());
        self::assertSame([true, false, true], [$limit->allows('x', 1, 60), $limit->allows('x', 1, 60), $limit->allows('y', 1, 60)]);
    }
}
