<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * HTTP/1.1 through PHP's own streams, on a Unix socket or plain TCP.
 *
 * The connection lives as long as this object and is used again. It is never
 * shared with another PHP request, and a call is never sent twice.
 */
final class StreamTransport implements Transport
{
    /** A daemon on this machine answers in microseconds. The rest of the deadline is not spent on waiting for it. */
    public const CONNECT_SECONDS = 1.0;

    /** The largest answer; gRPC's own default. */
    public const MAX_REPLY_BYTES = 4194304;

    private Address $address;

    private int $maxReplyBytes;

    private ?StreamConnection $connection = null;

    /** @throws \InvalidArgumentException for an address with TLS: that is {@see CurlTransport}'s */
    public function __construct(Address $address, int $maxReplyBytes = self::MAX_REPLY_BYTES)
    {
        if ($address->tls) {
            throw new \InvalidArgumentException('StreamTransport has no TLS: use CurlTransport');
        }
        $this->address = $address;
        $this->maxReplyBytes = $maxReplyBytes;
    }

    public function __destruct()
    {
        $this->drop();
    }

    public function post(
        string $path,
        #[\SensitiveParameter]
        array $headers,
        #[\SensitiveParameter]
        string $body,
        bool $idempotent,
        Deadline $deadline
    ): HttpReply {
        $request = $this->head($path, $headers, strlen($body)) . $body;
        $connection = $this->connection($deadline);
        // Gone until the whole answer is there: a half-read connection is never used again.
        $this->connection = null;
        try {
            $connection->write($request);
            $reader = new HttpReader($connection, $this->maxReplyBytes);
            $reply = $reader->read();
        } catch (TransportFailure $failure) {
            $connection->close();
            throw $failure;
        }
        if ($reader->isReusable()) {
            $this->connection = $connection;
        } else {
            $connection->close();
        }

        return $reply;
    }

    private function connection(Deadline $deadline): StreamConnection
    {
        if ($this->connection !== null && $this->connection->isUsable()) {
            $this->connection->setDeadline($deadline);

            return $this->connection;
        }
        $this->drop();

        return StreamConnection::open($this->address, $deadline, self::CONNECT_SECONDS);
    }

    private function drop(): void
    {
        if ($this->connection !== null) {
            $this->connection->close();
            $this->connection = null;
        }
    }

    /** @param array<string, string> $headers */
    private function head(string $path, array $headers, int $length): string
    {
        $host = $this->address->socket !== '' ? 'localhost' : "{$this->address->host}:{$this->address->port}";
        $head = "POST {$path} HTTP/1.1\r\nhost: {$host}\r\ncontent-length: {$length}\r\n";
        foreach ($headers as $name => $value) {
            $head .= "{$name}: {$value}\r\n";
        }

        return $head . "\r\n";
    }
}
