<?php
// A logger that writes to a file of its own, where the tests look for secrets.

declare(strict_types=1);

class WC_Logger
{
    /** @param array<string, mixed> $context */
    public function log(string $level, string $message, array $context = []): void
    {
        $folder = WP_CONTENT_DIR . '/uploads/wc-logs';
        wp_mkdir_p($folder);
        $source = preg_replace('/[^a-z0-9-]/', '', (string) ($context['source'] ?? 'log'));
        unset($context['source']);
        file_put_contents("{$folder}/{$source}.log", strtoupper($level) . " {$message} " . wp_json_encode($context) . "\n", FILE_APPEND | LOCK_EX);
    }

    /** @param array<int, mixed> $arguments */
    public function __call(string $level, array $arguments): void
    {
        $this->log($level, (string) $arguments[0], (array) ($arguments[1] ?? []));
    }
}

function wc_get_logger(): WC_Logger
{
    static $logger = null;
    return $logger ??= new WC_Logger();
}
