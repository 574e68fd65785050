<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/**
 * One at a time, over all PHP processes: a double click makes one account. The
 * options' unique names hold it, which every WordPress has.
 */
class Lock
{
    /** So long somebody waits for another. */
    public const WAIT_SECONDS = 5.0;

    /** A lock older than this belongs to a process that died. */
    private const STALE_SECONDS = 60;

    private const PAUSE_MICROSECONDS = 20000;

    private float $waitSeconds;

    public function __construct(float $waitSeconds = self::WAIT_SECONDS)
    {
        $this->waitSeconds = $waitSeconds;
    }

    /**
     * @template T
     *
     * @param callable(): T $work
     *
     * @return T
     *
     * @throws LockBusy where another holds it for too long
     */
    public function hold(string $name, callable $work)
    {
        $option = 'leadtap_lock_' . substr(hash('sha256', $name), 0, 40);
        $mine = $this->take($option);
        try {
            return $work();
        } finally {
            $this->release($option, $mine);
        }
    }

    /** @return string what stands in the lock while it is this one's */
    private function take(string $option): string
    {
        global $wpdb;
        $key = bin2hex(random_bytes(8));
        $until = microtime(true) + $this->waitSeconds;
        do {
            // The time first, in as many digits until 2286: a text that is less is a lock that is older.
            $mine = time() . "-{$key}";
            $made = $wpdb->query($wpdb->prepare(
                "INSERT IGNORE INTO {$wpdb->options} (option_name, option_value, autoload) VALUES (%s, %s, 'no')",
                $option,
                $mine
            ));
            if ($made === 1) {
                return $mine;
            }
            $wpdb->query($wpdb->prepare(
                "DELETE FROM {$wpdb->options} WHERE option_name = %s AND option_value < %s",
                $option,
                (string) (time() - self::STALE_SECONDS)
            ));
            usleep(self::PAUSE_MICROSECONDS);
        } while (microtime(true) < $until);

        throw new LockBusy('another request is at the same account');
    }

    /** Its own alone: whoever was so slow that the lock was taken for a dead one's must not take it from the next. */
    private function release(string $option, string $mine): void
    {
        global $wpdb;
        $wpdb->query($wpdb->prepare("DELETE FROM {$wpdb->options} WHERE option_name = %s AND option_value = %s", $option, $mine));
    }
}
