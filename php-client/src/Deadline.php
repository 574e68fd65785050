<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** When one call has to be over: connecting, retries and all. */
final class Deadline
{
    private Clock $clock;

    private int $end;

    private function __construct(Clock $clock, int $end)
    {
        $this->clock = $clock;
        $this->end = $end;
    }

    /**
     * @throws \InvalidArgumentException unless it is more than nothing and at most a day
     */
    public static function in(float $seconds, ?Clock $clock = null): self
    {
        if (!($seconds > 0.0 && $seconds <= 86400.0)) {
            throw new \InvalidArgumentException('a timeout is more than 0 and at most 86400 seconds');
        }
        $clock = $clock ?? new SystemClock();

        return new self($clock, $clock->now() + (int) ($seconds * 1e9));
    }

    /** Nanoseconds that are left, not below 0. */
    public function left(): int
    {
        return max(0, $this->end - $this->clock->now());
    }

    /** Seconds that are left, not below 0. */
    public function secondsLeft(): float
    {
        return $this->left() / 1e9;
    }

    public function hasPassed(): bool
    {
        return $this->left() === 0;
    }

    /** The header `grpc-timeout`: at most eight digits and a unit. */
    public function grpcTimeout(): string
    {
        $microseconds = intdiv($this->left(), 1000);

        return $microseconds <= 99999999 ? $microseconds . 'u' : intdiv($microseconds, 1000) . 'm';
    }
}
