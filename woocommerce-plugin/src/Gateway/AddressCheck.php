<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Address;

/** Whether a text is an address of a daemon, and of which kind. */
final class AddressCheck
{
    private function __construct()
    {
    }

    public static function isAddress(string $text): bool
    {
        return self::parsed($text) !== null;
    }

    /** The path of the Unix socket; empty where it is none. */
    public static function socket(string $text): string
    {
        $address = self::parsed($text);

        return $address === null ? '' : $address->socket;
    }

    /** What `stream_socket_client` connects to; empty for TLS, which curl does. */
    public static function target(string $text): string
    {
        $address = self::parsed($text);
        if ($address === null || $address->tls) {
            return '';
        }

        return $address->socket !== '' ? "unix://{$address->socket}" : "tcp://{$address->host}:{$address->port}";
    }

    /** Whether it is of a daemon behind TLS, to which only curl connects. */
    public static function isTls(string $text): bool
    {
        $address = self::parsed($text);

        return $address !== null && $address->tls;
    }

    private static function parsed(string $text): ?Address
    {
        try {
            return Address::parse($text);
        } catch (\InvalidArgumentException $none) {
            return null;
        }
    }
}
