<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** One socket, read and written under a deadline. */
final class StreamConnection
{
    /** Read at most so much at once. */
    private const CHUNK_BYTES = 65536;

    /** @var resource */
    private $stream;

    /** The process that opened it: a forked child must not share it. */
    private int $process;

    private Deadline $deadline;

    /** @param resource $stream */
    private function __construct($stream, Deadline $deadline)
    {
        $this->stream = $stream;
        $this->process = (int) getmypid();
        $this->deadline = $deadline;
    }

    /**
     * It never asks for a persistent stream: after an `exit` in mid-call the
     * next request of the same worker would read this one's answer.
     *
     * @throws TransportFailure
     */
    public static function open(Address $address, Deadline $deadline, float $connectSeconds): self
    {
        $target = $address->socket !== '' ? "unix://{$address->socket}" : "tcp://{$address->host}:{$address->port}";
        $context = stream_context_create(['socket' => ['tcp_nodelay' => true]]);
        $seconds = min($connectSeconds, $deadline->secondsLeft());
        $stream = @stream_socket_client($target, $errno, $error, $seconds, STREAM_CLIENT_CONNECT, $context);
        if ($stream === false) {
            throw Unreachable::because($address, (int) $errno, (string) $error);
        }
        stream_set_blocking($stream, false);

        return new self($stream, $deadline);
    }

    /** Whether it can carry another request: nobody closed it, nothing unread is in it. */
    public function isUsable(): bool
    {
        if ($this->process !== getmypid()) {
            return false;
        }
        $read = [$this->stream];
        $none = null;

        return @stream_select($read, $none, $none, 0) === 0;
    }

    public function setDeadline(Deadline $deadline): void
    {
        $this->deadline = $deadline;
    }

    /** @throws TransportFailure */
    public function write(
        #[\SensitiveParameter]
        string $bytes
    ): void {
        $length = strlen($bytes);
        for ($sent = 0; $sent < $length; $sent += $count) {
            $count = @fwrite($this->stream, $sent === 0 ? $bytes : substr($bytes, $sent));
            if ($count === false) {
                throw TransportFailure::broken('The daemon closed the connection.', $sent === 0);
            }
            if ($count === 0) {
                $this->wait(true, $sent === 0);
                // Some PHP say 0 instead of false where the other side is gone.
                if (feof($this->stream)) {
                    throw TransportFailure::broken('The daemon closed the connection.', $sent === 0);
                }
            }
        }
    }

    /**
     * What has arrived; empty at the end.
     *
     * @throws TransportFailure
     */
    public function read(): string
    {
        while (true) {
            $this->wait(false, false);
            $bytes = @fread($this->stream, self::CHUNK_BYTES);
            if ($bytes === false || $bytes === '' && feof($this->stream)) {
                return '';
            }
            if ($bytes !== '') {
                return $bytes;
            }
        }
    }

    public function close(): void
    {
        if (is_resource($this->stream)) {
            fclose($this->stream);
        }
    }

    /** Until the stream is ready, or the time is over. */
    private function wait(bool $forWriting, bool $unsent): void
    {
        do {
            $left = $this->deadline->left();
            if ($left === 0) {
                throw TransportFailure::late($unsent);
            }
            $read = $forWriting ? null : [$this->stream];
            $write = $forWriting ? [$this->stream] : null;
            $none = null;
            // It says false where a signal interrupted it: then it waits again.
            $ready = @stream_select($read, $write, $none, intdiv($left, 1000000000), intdiv($left % 1000000000, 1000) + 1);
        } while ($ready === 0 || $ready === false);
    }
}
