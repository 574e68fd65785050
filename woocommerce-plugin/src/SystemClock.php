<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

final class SystemClock implements Clock
{
    public function now(): int
    {
        return time();
    }
}
