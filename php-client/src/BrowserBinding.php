<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * The secret that ties a login to the shopper's browser: 32 random bytes that
 * live in a cookie. The daemon gets their SHA-256 when the login begins, and
 * the bytes themselves when it ends.
 */
final class BrowserBinding
{
    private const BYTES = 32;

    private string $secret;

    private function __construct(string $secret)
    {
        $this->secret = $secret;
    }

    /** A new one. */
    public static function generate(): self
    {
        return new self(random_bytes(self::BYTES));
    }

    /** The one in the cookie; null where there is none, or not one of ours. */
    public static function fromCookie(
        #[\SensitiveParameter]
        ?string $cookie
    ): ?self {
        if ($cookie === null || preg_match('/^[A-Za-z0-9_-]{43}$/D', $cookie) !== 1) {
            return null;
        }
        $secret = base64_decode(strtr($cookie, '-_', '+/'), true);

        return $secret !== false && strlen($secret) === self::BYTES ? new self($secret) : null;
    }

    /**
     * The one in the cookie, or a new one. A browser that begins a second login
     * in another tab keeps its secret this way, and the first login goes on.
     */
    public static function keepOrGenerate(
        #[\SensitiveParameter]
        ?string $cookie
    ): self {
        return self::fromCookie($cookie) ?? self::generate();
    }

    /** What the cookie holds: 43 characters. */
    public function toCookie(): string
    {
        return rtrim(strtr(base64_encode($this->secret), '+/', '-_'), '=');
    }

    /**
     * The options for `setcookie()`.
     *
     * @param int  $expires Unix time; a little after the login's `expire_time`
     * @param bool $secure  false only for a shop on plain HTTP, as in development
     *
     * @return array<string, mixed>
     */
    public static function cookieOptions(int $expires, bool $secure = true, string $path = '/'): array
    {
        // Lax, not Strict: the shopper comes back by a redirect from another site.
        return ['expires' => $expires, 'path' => $path, 'secure' => $secure, 'httponly' => true, 'samesite' => 'Lax'];
    }

    /** For `StartAuthorizationRequest.browser_binding_hash`. */
    public function hash(): string
    {
        return hash('sha256', $this->secret, true);
    }

    /** For `CompleteAuthorizationRequest.browser_binding`. */
    public function secret(): string
    {
        return $this->secret;
    }

    /** @return array<string, string> what `var_dump` shows: not the secret */
    public function __debugInfo(): array
    {
        return ['secret' => '(secret)'];
    }
}
