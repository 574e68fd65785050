<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** Says why a daemon cannot be reached, and what to do about it. */
final class Unreachable
{
    /** The same numbers on every Linux. */
    private const NO_PERMISSION = 13;
    private const NO_SUCH_FILE = 2;
    private const REFUSED = 111;

    private function __construct()
    {
    }

    /**
     * @param int    $errno  of connect(2); 0: unknown
     * @param string $detail what the system or the library said
     */
    public static function because(Address $address, int $errno, string $detail): TransportFailure
    {
        if ($errno === self::NO_PERMISSION) {
            return TransportFailure::unreachable(
                "The user that PHP runs as may not write to {$address}: add it to the socket's group.",
                true
            );
        }
        if ($errno === self::NO_SUCH_FILE && $address->socket !== '') {
            $hint = preg_match('#^(/var)?/tmp/#', $address->socket) === 1
                ? " systemd's PrivateTmp hides /tmp from services: put the socket under /run/leadtap."
                : '';

            return TransportFailure::unreachable("There is no socket at {$address}: is the daemon running, and is this its path?{$hint}");
        }
        if ($errno === self::REFUSED) {
            return TransportFailure::unreachable("Nothing listens at {$address}: is the daemon running?");
        }

        return TransportFailure::unreachable("The daemon at {$address} cannot be reached" . ($detail === '' ? '.' : ": {$detail}"));
    }
}
