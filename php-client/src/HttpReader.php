<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** Reads one HTTP/1.1 answer (RFC 9112) from a connection. */
final class HttpReader
{
    /** Status line and headers, and the trailers after a chunked body. */
    private const MAX_HEAD_BYTES = 65536;

    /** The line in front of a chunk. */
    private const MAX_CHUNK_LINE_BYTES = 256;

    private StreamConnection $connection;

    private int $maxBodyBytes;

    private string $buffer = '';

    private bool $reusable = true;

    public function __construct(StreamConnection $connection, int $maxBodyBytes)
    {
        $this->connection = $connection;
        $this->maxBodyBytes = $maxBodyBytes;
    }

    /** @throws TransportFailure */
    public function read(): HttpReply
    {
        do {
            $head = $this->until("\r\n\r\n", self::MAX_HEAD_BYTES);
            if (preg_match('#^HTTP/1\.([01]) ([1-5][0-9][0-9])(?: |\r|$)#', $head, $parts) !== 1) {
                throw TransportFailure::malformed('What answers does not speak HTTP/1.1.');
            }
            $status = (int) $parts[2];
        } while ($status < 200);
        $headers = HttpReply::parseHeaders((string) strstr($head, "\n"));
        if ($parts[1] === '0' || stripos($headers['connection'] ?? '', 'close') !== false) {
            $this->reusable = false;
        }

        return new HttpReply($status, $headers, $this->body($status, $headers));
    }

    /** Whether the connection can carry another request: known after `read()`. */
    public function isReusable(): bool
    {
        // Bytes that nobody asked for would become the next call's answer.
        return $this->reusable && $this->buffer === '';
    }

    /** @param array<string, string> $headers */
    private function body(int $status, array $headers): string
    {
        if ($status === 204 || $status === 304) {
            return '';
        }
        if (isset($headers['transfer-encoding'])) {
            if (strtolower($headers['transfer-encoding']) !== 'chunked') {
                throw TransportFailure::malformed('The answer has a transfer encoding that nobody asked for.');
            }

            return $this->chunks();
        }
        if (isset($headers['content-length'])) {
            if (preg_match('/^[0-9]{1,18}$/D', $headers['content-length']) !== 1) {
                throw TransportFailure::malformed('The answer has a length that is no number.');
            }

            return $this->exactly((int) $headers['content-length'], 0);
        }

        return $this->rest();
    }

    private function chunks(): string
    {
        $body = '';
        while (true) {
            $line = $this->until("\r\n", self::MAX_CHUNK_LINE_BYTES);
            if (preg_match('/^([0-9a-fA-F]{1,8})[ \t]*(?:;|$)/D', $line, $parts) !== 1) {
                throw TransportFailure::malformed('The answer has a chunk without a length.');
            }
            $length = (int) hexdec($parts[1]);
            if ($length === 0) {
                break;
            }
            $body .= $this->exactly($length, strlen($body));
            if ($this->exactly(2, 0) !== "\r\n") {
                throw TransportFailure::malformed('The answer has a chunk that does not end.');
            }
        }
        do {
            $trailer = $this->until("\r\n", self::MAX_HEAD_BYTES);
        } while ($trailer !== '');

        return $body;
    }

    /** So many bytes of the body, of which `$before` were read already. */
    private function exactly(int $length, int $before): string
    {
        if ($length > $this->maxBodyBytes - $before) {
            throw TransportFailure::tooLarge($this->maxBodyBytes);
        }
        while (strlen($this->buffer) < $length) {
            $this->fill();
        }

        return $this->cut($length);
    }

    /** An old server ends its body with the connection. */
    private function rest(): string
    {
        $this->reusable = false;
        while (($bytes = $this->connection->read()) !== '') {
            $this->buffer .= $bytes;
            if (strlen($this->buffer) > $this->maxBodyBytes) {
                throw TransportFailure::tooLarge($this->maxBodyBytes);
            }
        }

        return $this->cut(strlen($this->buffer));
    }

    /** What stands before `$mark`, which is dropped. */
    private function until(string $mark, int $limit): string
    {
        $from = 0;
        while (($at = strpos($this->buffer, $mark, $from)) === false) {
            if (strlen($this->buffer) > $limit) {
                throw TransportFailure::malformed('The answer has headers without an end.');
            }
            $from = max(0, strlen($this->buffer) - strlen($mark) + 1);
            $this->fill();
        }
        $found = $this->cut($at);
        $this->cut(strlen($mark));

        return $found;
    }

    private function cut(int $length): string
    {
        $bytes = substr($this->buffer, 0, $length);
        $this->buffer = (string) substr($this->buffer, $length);

        return (string) $bytes;
    }

    private function fill(): void
    {
        $bytes = $this->connection->read();
        if ($bytes === '') {
            throw TransportFailure::broken('The daemon closed the connection before the whole answer was there.', false);
        }
        $this->buffer .= $bytes;
    }
}
