<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** Counts what somebody may not do without end. */
class RateLimit
{
    /** Whether once more is allowed; counts it. */
    public function allows(string $what, int $most, int $seconds): bool
    {
        $name = 'leadtap_rate_' . substr(hash('sha256', $what), 0, 40);
        $count = (int) get_transient($name);
        if ($count >= $most) {
            return false;
        }
        set_transient($name, $count + 1, $seconds);

        return true;
    }
}
