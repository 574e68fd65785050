<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Clock;

/**
 * Keeps shoppers from waiting for a daemon that does not answer: after some
 * failures in a row nobody asks it for a while, and each is told at once.
 */
class CircuitBreaker
{
    public const TRANSIENT = 'leadtap_circuit';

    /** So many failures within {@see MEMORY_SECONDS} open the circuit. One lost call happens to a healthy daemon. */
    public const THRESHOLD = 3;

    /** Failures longer ago than this do not count together. */
    public const MEMORY_SECONDS = 60;

    /** So long nobody asks. Then one call tries; a daemon that was restarted is found again within this time. */
    public const OPEN_SECONDS = 30;

    private Clock $clock;

    public function __construct(Clock $clock)
    {
        $this->clock = $clock;
    }

    /** Whether a call may be made. When the time is up, the first to ask may try, and the others go on waiting. */
    public function allows(): bool
    {
        $state = $this->state();
        if ($state['open_until'] === 0) {
            return true;
        }
        if ($state['open_until'] > $this->clock->now()) {
            return false;
        }
        $this->keep($state['failures'], $this->clock->now() + self::OPEN_SECONDS);

        return true;
    }

    public function isOpen(): bool
    {
        return $this->state()['open_until'] > $this->clock->now();
    }

    public function failed(): void
    {
        $failures = $this->state()['failures'] + 1;
        $this->keep($failures, $failures >= self::THRESHOLD ? $this->clock->now() + self::OPEN_SECONDS : 0);
    }

    public function succeeded(): void
    {
        if (get_transient(self::TRANSIENT) !== false) {
            delete_transient(self::TRANSIENT);
        }
    }

    /** @return array{failures: int, open_until: int} */
    private function state(): array
    {
        $kept = get_transient(self::TRANSIENT);

        return is_array($kept) && isset($kept['failures'], $kept['open_until'])
            ? ['failures' => (int) $kept['failures'], 'open_until' => (int) $kept['open_until']]
            : ['failures' => 0, 'open_until' => 0];
    }

    private function keep(int $failures, int $openUntil): void
    {
        $life = self::MEMORY_SECONDS + ($openUntil > 0 ? self::OPEN_SECONDS : 0);
        set_transient(self::TRANSIENT, ['failures' => $failures, 'open_until' => $openUntil], $life);
    }
}
