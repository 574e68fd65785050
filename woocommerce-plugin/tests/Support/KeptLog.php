<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Log\Log;

/** A log that can be looked at. */
final class KeptLog implements Log
{
    /** @var list<array{string, string}> level and message */
    public array $lines = [];

    public function error(string $message, array $facts = []): void
    {
        $this->lines[] = ['error', $message];
    }

    public function warning(string $message, array $facts = []): void
    {
        $this->lines[] = ['warning', $message];
    }

    public function info(string $message, array $facts = []): void
    {
        $this->lines[] = ['info', $message];
    }
}
