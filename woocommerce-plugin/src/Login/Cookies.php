<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

/** The browser's cookies. */
interface Cookies
{
    /** @return array<string, string> what the browser sent, and what was set since */
    public function all(): array;

    /** HttpOnly, SameSite=Lax, and Secure where the shop is on https. */
    public function set(
        string $name,
        #[\SensitiveParameter]
        string $value,
        int $expireTime
    ): void;

    public function clear(string $name): void;
}
