<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * HTTP/1.1 through libcurl: for hosts that forbid `stream_socket_client`, and
 * for a daemon behind TLS.
 */
final class CurlTransport implements Transport
{
    private const CONNECT_MILLISECONDS = 1000;

    private Address $address;

    private int $maxReplyBytes;

    private ?string $caFile;

    /** @var resource|\CurlHandle|null */
    private $handle;

    private int $process = 0;

    private string $head = '';

    private string $body = '';

    private bool $tooLarge = false;

    /**
     * @param string|null $caFile the certificates to trust, in PEM; null: the system's
     *
     * @throws \RuntimeException where PHP has no curl extension
     */
    public function __construct(Address $address, int $maxReplyBytes = StreamTransport::MAX_REPLY_BYTES, ?string $caFile = null)
    {
        if (!function_exists('curl_init')) {
            throw new \RuntimeException('PHP has no curl extension: install it, or allow stream_socket_client');
        }
        $this->address = $address;
        $this->maxReplyBytes = $maxReplyBytes;
        $this->caFile = $caFile;
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
        $handle = $this->handle();
        $this->head = '';
        $this->body = '';
        $this->tooLarge = false;
        curl_setopt_array($handle, $this->options($path, $headers, $body, $idempotent, $deadline));
        if (curl_exec($handle) === false) {
            $failure = $this->failure($handle, $deadline);
            $this->handle = null;
            throw $failure;
        }
        $status = (int) curl_getinfo($handle, CURLINFO_RESPONSE_CODE);

        return new HttpReply($status, HttpReply::parseHeaders($this->head), $this->body);
    }

    /** @return resource|\CurlHandle */
    private function handle()
    {
        // A forked child must not share its parent's connection.
        if ($this->handle === null || $this->process !== getmypid()) {
            $this->handle = curl_init();
            $this->process = (int) getmypid();
        }

        return $this->handle;
    }

    /**
     * @param array<string, string> $headers
     *
     * @return array<int, mixed>
     */
    private function options(string $path, array $headers, string $body, bool $idempotent, Deadline $deadline): array
    {
        $address = $this->address;
        $host = $address->socket !== '' ? 'localhost' : "{$address->host}:{$address->port}";
        // An empty Expect: keeps curl from waiting for "100 Continue".
        $lines = ['Expect:'];
        foreach ($headers as $name => $value) {
            $lines[] = "{$name}: {$value}";
        }
        $milliseconds = max(1, intdiv($deadline->left(), 1000000));
        $options = [
            CURLOPT_URL => ($address->tls ? 'https' : 'http') . "://{$host}{$path}",
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => $lines,
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
            // http_proxy in the environment would take even loopback traffic.
            CURLOPT_PROXY => '',
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_TIMEOUT_MS => $milliseconds,
            CURLOPT_CONNECTTIMEOUT_MS => min(self::CONNECT_MILLISECONDS, $milliseconds),
            // libcurl sends a POST again, unasked, where a kept connection
            // turns out to be dead (curl issue 18417). A fresh one is never that.
            CURLOPT_FRESH_CONNECT => !$idempotent,
            CURLOPT_HEADERFUNCTION => function ($handle, string $line): int {
                return $this->takeHeader($line);
            },
            CURLOPT_WRITEFUNCTION => function ($handle, string $bytes): int {
                return $this->takeBody($bytes);
            },
        ];
        if ($address->socket !== '') {
            $options[CURLOPT_UNIX_SOCKET_PATH] = $address->socket;
        }
        if ($this->caFile !== null) {
            $options[CURLOPT_CAINFO] = $this->caFile;
        }

        return $options;
    }

    private function takeHeader(string $line): int
    {
        // A "100 Continue" has a head of its own, which the real one replaces.
        $this->head = strncmp($line, 'HTTP/', 5) === 0 ? '' : $this->head . $line;

        return strlen($line);
    }

    private function takeBody(string $bytes): int
    {
        if (strlen($bytes) > $this->maxReplyBytes - strlen($this->body)) {
            $this->tooLarge = true;

            return 0;
        }
        $this->body .= $bytes;

        return strlen($bytes);
    }

    /** @param resource|\CurlHandle $handle */
    private function failure($handle, Deadline $deadline): TransportFailure
    {
        if ($this->tooLarge) {
            return TransportFailure::tooLarge($this->maxReplyBytes);
        }
        $code = curl_errno($handle);
        $unsent = curl_getinfo($handle, CURLINFO_REQUEST_SIZE) === 0;
        if ($code === CURLE_OPERATION_TIMEDOUT && (!$unsent || $deadline->left() < 1000000)) {
            return TransportFailure::late($unsent);
        }
        if ($unsent) {
            $errno = (int) curl_getinfo($handle, CURLINFO_OS_ERRNO);
            // curl speaks of a port even where the address is a socket.
            $detail = $this->address->socket !== '' ? '' : curl_error($handle);

            return Unreachable::because($this->address, $errno, $detail);
        }
        if ($code === CURLE_UNSUPPORTED_PROTOCOL || $code === CURLE_FTP_WEIRD_SERVER_REPLY) {
            return TransportFailure::malformed('What answers does not speak HTTP/1.1.');
        }

        return TransportFailure::broken('The daemon closed the connection before the whole answer was there.', false);
    }
}
