<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Log\Log;

final class MemoryLog implements Log
{
    /** @var list<string> level, sentence and facts in one */
    public array $lines = [];

    public function error(string $message, array $facts = []): void
    {
        $this->lines[] = "error {$message} " . json_encode($facts);
    }

    public function warning(string $message, array $facts = []): void
    {
        $this->lines[] = "warning {$message} " . json_encode($facts);
    }

    public function info(string $message, array $facts = []): void
    {
        $this->lines[] = "info {$message} " . json_encode($facts);
    }
}
