<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\Flow;

/** Keeps who is pending, where only the browser that came back can find it. */
class PendingStore
{
    /** Time to find a password or to wait for an e-mail; then the shopper taps the button again. */
    public const SECONDS = 1800;

    public function keep(Flow $flow, Pending $pending): void
    {
        set_transient(self::name($flow), $pending->toArray(), self::SECONDS);
    }

    public function find(Flow $flow): ?Pending
    {
        return Pending::fromArray(get_transient(self::name($flow)));
    }

    public function forget(Flow $flow): void
    {
        delete_transient(self::name($flow));
    }

    private static function name(Flow $flow): string
    {
        return 'leadtap_pending_' . $flow->storageKey();
    }
}
