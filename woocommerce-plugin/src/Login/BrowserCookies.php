<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

/** Cookies through PHP. */
final class BrowserCookies implements Cookies
{
    public function all(): array
    {
        return array_map('wp_unslash', array_filter($_COOKIE, 'is_string'));
    }

    public function set(
        string $name,
        #[\SensitiveParameter]
        string $value,
        int $expireTime
    ): void {
        $this->send($name, $value, $expireTime);
        $_COOKIE[$name] = $value;
    }

    public function clear(string $name): void
    {
        $this->send($name, '', 1);
        unset($_COOKIE[$name]);
    }

    private function send(
        string $name,
        #[\SensitiveParameter]
        string $value,
        int $expireTime
    ): void {
        if (headers_sent()) {
            return;
        }
        setcookie($name, $value, [
            'expires' => $expireTime,
            'path' => COOKIEPATH ?: '/',
            'domain' => (string) COOKIE_DOMAIN,
            // By the shop's address, not by is_ssl(), which some proxies make say no.
            'secure' => strncmp(home_url('/'), 'https:', 6) === 0,
            'httponly' => true,
            // Lax, not Strict: the shopper comes back by a redirect from Instagram.
            'samesite' => 'Lax',
        ]);
    }
}
