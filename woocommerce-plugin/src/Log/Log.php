<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Log;

/**
 * The shop's log. Never hand it a code, a state, a cookie, a token or a
 * password; an implementation takes out what looks like one all the same.
 */
interface Log
{
    /** @param array<string, scalar|null> $facts dotted names, such as `user.id` and `request.id` */
    public function error(string $message, array $facts = []): void;

    /** @param array<string, scalar|null> $facts */
    public function warning(string $message, array $facts = []): void;

    /** @param array<string, scalar|null> $facts */
    public function info(string $message, array $facts = []): void;
}
