<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** Time, so that tests can bring their own. */
interface Clock
{
    /** Nanoseconds since some moment; never goes back. */
    public function now(): int;

    /** Waits for so many nanoseconds. */
    public function sleep(int $nanoseconds): void;
}
