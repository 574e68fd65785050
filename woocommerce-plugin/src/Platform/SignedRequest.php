<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Platform;

/**
 * What Meta posts: `BASE64URL(signature).BASE64URL(json)`. Only the daemon has
 * the secret that tells whether Meta signed it. Nothing in it may be believed
 * before the daemon took it.
 */
final class SignedRequest
{
    /** The contract's limit. */
    private const BYTES = 4096;

    private string $text;

    private function __construct(
        #[\SensitiveParameter]
        string $text
    ) {
        $this->text = $text;
    }

    /**
     * From the form that was posted; null: there is none in it.
     *
     * @param array<string, mixed> $form without slashes
     */
    public static function from(
        #[\SensitiveParameter]
        array $form
    ): ?self {
        $text = $form['signed_request'] ?? null;
        $fits = is_string($text) && strlen($text) <= self::BYTES
            && preg_match('/^[A-Za-z0-9_=+\/-]+\.[A-Za-z0-9_=+\/-]+$/D', $text) === 1;

        return $fits ? new self($text) : null;
    }

    public function text(): string
    {
        return $this->text;
    }

    /**
     * Whom it is about: one of Instagram's two ids, and nobody documents which.
     * Of a request that the daemon took, and of no other. Empty: it says none.
     */
    public function userId(): string
    {
        $payload = base64_decode(strtr(explode('.', $this->text)[1], '-_', '+/'), true);
        // An id goes past what a float holds, so it must not become one.
        $fields = $payload === false ? null : json_decode($payload, true, 8, JSON_BIGINT_AS_STRING);
        $id = is_array($fields) ? $fields['user_id'] ?? '' : '';

        return (is_string($id) || is_int($id)) && preg_match('/^[0-9]{1,32}$/D', (string) $id) === 1 ? (string) $id : '';
    }

    /** @return array<string, string> what `var_dump` shows */
    public function __debugInfo(): array
    {
        return ['text' => '(hidden)'];
    }
}
