<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Log;

/** WooCommerce's own log, under the source `leadtap` (WooCommerce > Status > Logs), without what looks like a secret. */
final class WooLog implements Log
{
    public function error(string $message, array $facts = []): void
    {
        $this->write('error', $message, $facts);
    }

    public function warning(string $message, array $facts = []): void
    {
        $this->write('warning', $message, $facts);
    }

    public function info(string $message, array $facts = []): void
    {
        $this->write('info', $message, $facts);
    }

    /** @param array<string, scalar|null> $facts */
    private function write(string $level, string $message, array $facts): void
    {
        $facts = array_map(static fn ($fact) => is_string($fact) ? Redaction::of($fact) : $fact, $facts);
        wc_get_logger()->log($level, Redaction::of($message), ['source' => 'leadtap'] + $facts);
    }
}
