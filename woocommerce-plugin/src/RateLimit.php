<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** Counts what somebody may not do without end. */
class RateLimit
{
    private Lock $lock;

    private Clock $clock;

    public function __construct(Lock $lock, Clock $clock)
    {
        $this->lock = $lock;
        $this->clock = $clock;
    }

    /** Whether once more is allowed; counts it. Requests at the same time count one after the other. */
    public function allows(string $what, int $most, int $seconds): bool
    {
        $name = 'leadtap_rate_' . substr(hash('sha256', $what), 0, 40);
        try {
            return $this->lock->hold($name, fn () => $this->count($name, $most, $seconds));
        } catch (LockBusy $busy) {
            return false;
        }
    }

    /** From the first on: what goes on slowly all day never adds up. */
    private function count(string $name, int $most, int $seconds): bool
    {
        $now = $this->clock->now();
        $kept = get_transient($name);
        $isGoingOn = is_array($kept) && isset($kept['count'], $kept['until']) && (int) $kept['until'] > $now;
        $count = $isGoingOn ? (int) $kept['count'] : 0;
        $until = $isGoingOn ? (int) $kept['until'] : $now + $seconds;
        if ($count >= $most) {
            return false;
        }
        set_transient($name, ['count' => $count + 1, 'until' => $until], $until - $now);

        return true;
    }
}
