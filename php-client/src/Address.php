<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** Where the daemon listens. */
final class Address
{
    /** Path of the Unix socket; empty: it is not one. */
    public string $socket = '';

    /** With brackets around an IPv6 address; empty for a socket. */
    public string $host = '';

    public int $port = 0;

    public bool $tls = false;

    private function __construct()
    {
    }

    /**
     * @param string $address `unix:///run/leadtap/leadtap.sock`, `tcp://127.0.0.1:8290` or `https://host:port`
     *
     * @throws \InvalidArgumentException where it is none of these
     */
    public static function parse(string $address): self
    {
        $parsed = new self();
        if (preg_match('#^(?:unix://)?(/[^\0]+)$#D', $address, $parts) === 1) {
            $parsed->socket = $parts[1];

            return $parsed;
        }
        if (preg_match('#^(tcp|https)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})/?$#D', $address, $parts) !== 1) {
            throw new \InvalidArgumentException(
                'the address is none of unix:///path/to/socket, tcp://host:port and https://host:port'
            );
        }
        $parsed->tls = $parts[1] === 'https';
        $parsed->host = $parts[2];
        $parsed->port = (int) $parts[3];

        return $parsed;
    }

    /** Whether nobody on a network can read along. */
    public function isPrivate(): bool
    {
        return $this->socket !== '' || $this->tls || $this->host === 'localhost' || $this->host === '[::1]'
            || preg_match('/^127(\.[0-9]{1,3}){3}$/D', $this->host) === 1;
    }

    /** For messages. */
    public function __toString(): string
    {
        if ($this->socket !== '') {
            return $this->socket;
        }

        return ($this->tls ? 'https' : 'tcp') . "://{$this->host}:{$this->port}";
    }
}
