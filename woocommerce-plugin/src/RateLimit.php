<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** Counts what somebody may not do without end. */
class RateLimit
{
    private Lock $lock;

    public function __construct(Lock $lock)
    {
        $this->lock = $lock;
    }

    /** Whether once more is allowed; counts it. Requests at the same time count one after the other. */
    public function allows(string $what, int $most, int $seconds): bool
    {
        $name = 'leadtap_rate_' . substr(hash('sha256', $what), 0, 40);
        try {
            return $this->lock->hold($name, static fn () => self::count($name, $most, $seconds));
        } catch (LockBusy $busy) {
            return false;
        }
    }

    private static function count(string $name, int $most, int $seconds): bool
    {
        $count = (int) get_transient($name);
        if ($count >= $most) {
            return false;
        }
        set_transient($name, $count + 1, $seconds);

        return true;
    }
}
