<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Log;

/**
 * Takes out of a text what must not be in a log. WooCommerce's log can be in the
 * database and is often mailed to support, so what only looks like a secret goes
 * too; lead ids, request ids and counts stay.
 */
final class Redaction
{
    private const PATTERNS = [
        // Named ones, in addresses, headers and JSON.
        '/((?:code|state|signed_request|access_token|client_secret|token|secret|password|pwd|key|nonce|cookie|authorization|binding)["\']?\s*[=:]\s*["\']?)(?:Bearer\s+)?[^\s"\'&;,]+/iu' => '$1[redacted]',
        '/\bBearer\s+[A-Za-z0-9._~+\/=-]+/i' => 'Bearer [redacted]',
        // Two parts joined by a dot, as signed requests and JWT are.
        '/\b[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_=-]{20,}(?:\.[A-Za-z0-9_=-]+)?/' => '[redacted]',
        // Persons.
        '/[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}/iu' => '[e-mail]',
    ];

    /** A run of so many letters, digits, `_` and `-` is a state, a code or a token. */
    private const LONG = '/[A-Za-z0-9_-]{32,}/';

    private const UUID = '/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/Di';

    private function __construct()
    {
    }

    public static function of(string $text): string
    {
        foreach (self::PATTERNS as $pattern => $replacement) {
            // Null: not UTF-8, so that nobody knows what is in it.
            $text = preg_replace($pattern, $replacement, $text) ?? '[unreadable]';
        }

        return (string) preg_replace_callback(
            self::LONG,
            static fn (array $found) => self::isHarmless($found[0]) ? $found[0] : '[redacted]',
            $text
        );
    }

    /** A lead's id, or words joined by dashes or underscores, as in names of errors. */
    private static function isHarmless(string $run): bool
    {
        return preg_match(self::UUID, $run) === 1 || preg_match('/^([A-Z]+_)+[A-Z]+$/D', $run) === 1
            || preg_match('/^([a-z]{1,15}[_-])+[a-z]{1,15}$/D', $run) === 1;
    }
}
