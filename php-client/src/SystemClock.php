<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** The machine's monotonic clock. */
final class SystemClock implements Clock
{
    public function now(): int
    {
        return hrtime(true);
    }

    public function sleep(int $nanoseconds): void
    {
        usleep(intdiv($nanoseconds, 1000));
    }
}
