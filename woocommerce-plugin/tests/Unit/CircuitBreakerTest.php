<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class CircuitBreakerTest extends TestCase
{
    public function testItOpensAfterSomeFailuresAndThenLetsOneTry(): void
    {
        $circuit = new CircuitBreaker(new TestClock());
        for ($failures = 1; $failures < CircuitBreaker::THRESHOLD; $failures++) {
            $circuit->failed();
            self::assertTrue($circuit->allows());
        }
        $circuit->failed();
        self::assertFalse($circuit->allows());

        WordPress::$now += CircuitBreaker::OPEN_SECONDS;
        self::assertTrue($circuit->allows());
        self::assertFalse($circuit->allows(), 'only one tries');

        $circuit->succeeded();
        self::assertTrue($circuit->allows());
        self::assertSame([], WordPress::$transients);
    }

    public function testTheTrialThatFailsOpensItAgainAtOnce(): void
    {
        $circuit = new CircuitBreaker(new TestClock());
        for ($failures = 0; $failures < CircuitBreaker::THRESHOLD; $failures++) {
            $circuit->failed();
        }
        WordPress::$now += CircuitBreaker::OPEN_SECONDS;
        self::assertTrue($circuit->allows());
        $circuit->failed();
        self::assertTrue($circuit->isOpen());
        self::assertFalse($circuit->allows());
    }

    public function testFailuresFarApartDoNotOpenIt(): void
    {
        $circuit = new CircuitBreaker(new TestClock());
        for ($failures = 0; $failures < 3 * CircuitBreaker::THRESHOLD; $failures++) {
            $circuit->failed();
            WordPress::$now += CircuitBreaker::MEMORY_SECONDS;
            self::assertTrue($circuit->allows());
        }
    }
}
