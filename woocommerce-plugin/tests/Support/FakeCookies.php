<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Login\Cookies;

/** A browser's cookies; one that blocks them keeps none. */
final class FakeCookies implements Cookies
{
    /** @var array<string, string> */
    public array $kept = ['woocommerce_cart_hash' => 'x'];

    public bool $isBlocked = false;

    public function all(): array
    {
        return $this->isBlocked ? [] : $this->kept;
    }

    public function set(string $name, string $value, int $expireTime): void
    {
        $this->kept[$name] = $value;
    }

    public function clear(string $name): void
    {
        unset($this->kept[$name]);
    }
}
