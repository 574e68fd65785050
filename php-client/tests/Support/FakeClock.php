<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Support;

use Leadtap\Client\Clock;

/** Time that passes only when told to. */
final class FakeClock implements Clock
{
    public int $now = 1000;

    /** @var int[] nanoseconds of each sleep */
    public array $sleeps = [];

    public function now(): int
    {
        return $this->now;
    }

    public function sleep(int $nanoseconds): void
    {
        $this->sleeps[] = $nanoseconds;
        $this->now += $nanoseconds;
    }
}
