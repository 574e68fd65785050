<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** The time, injected so that tests can move it. */
interface Clock
{
    /** Seconds since 1970. */
    public function now(): int;
}
