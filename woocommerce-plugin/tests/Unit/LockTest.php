<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\LockBusy;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class LockTest extends TestCase
{
    private Lock $lock;

    protected function setUp(): void
    {
        parent::setUp();
        $this->lock = new Lock(0.0);
    }

    public function testOneAtATimeAndNothingIsLeft(): void
    {
        $this->expectException(LockBusy::class);
        try {
            $this->lock->hold('x', function (): void {
                self::assertSame('y', $this->lock->hold('y', static fn () => 'y'), 'others are free');
                $this->lock->hold('x', static fn () => self::fail('both at once'));
            });
        } finally {
            self::assertSame([], self::held());
        }
    }

    public function testWhoDiedHoldsItForAMinute(): void
    {
        $name = self::heldBy(time() - 50);
        $isFree = function (): bool {
            try {
                return (new Lock(0.1))->hold('x', static fn () => true);
            } catch (LockBusy $busy) {
                return false;
            }
        };
        self::assertFalse($isFree());
        WordPress::$options[$name] = (time() - 61) . '-dead';
        self::assertTrue($isFree());
    }

    public function testWhoWasTooSlowLeavesTheNextOnesLockAlone(): void
    {
        $next = time() . '-next';
        $this->lock->hold('x', static function () use ($next): void {
            [$name] = self::held();
            WordPress::$options[$name] = $next;
        });
        self::assertSame([$next], array_values(array_intersect_key(WordPress::$options, array_flip(self::held()))));
    }

    private static function heldBy(int $time): string
    {
        $name = '';
        (new Lock(0.0))->hold('x', static function () use (&$name): void {
            [$name] = self::held();
        });
        WordPress::$options[$name] = "{$time}-another";

        return $name;
    }

    /** @return list<string> */
    private static function held(): array
    {
        return array_values(preg_grep('/^leadtap_lock_/', array_keys(WordPress::$options)) ?: []);
    }
}
