<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Client\Channel;
use Leadtap\WooCommerce\Client\Codec;
use Leadtap\WooCommerce\Client\Deadline;
use Leadtap\WooCommerce\Client\GrpcWeb;
use Leadtap\WooCommerce\Client\HttpReply;
use Leadtap\WooCommerce\Client\Message;
use Leadtap\WooCommerce\Client\Transport;
use Leadtap\WooCommerce\Client\TransportFailure;
use Leadtap\WooCommerce\Gateway\Channels;

/** Answers in bytes, as the daemon does: everything above the socket is the real client. */
final class FakeDaemon implements Transport, Channels
{
    /** @var list<array{path: string, body: string, timeout: string}> */
    public array $calls = [];

    /** @var list<HttpReply|TransportFailure> */
    private array $answers = [];

    public function open(): Channel
    {
        return new Channel($this);
    }

    /** The next call is answered with this. */
    public function answers(Message $message): self
    {
        $this->answers[] = new HttpReply(
            200,
            ['content-type' => GrpcWeb::CONTENT_TYPE],
            GrpcWeb::frame($message->toBytes()) . self::trailers("grpc-status:0\r\n")
        );

        return $this;
    }

    /** The next call fails as the contract says of `$reason`. */
    public function refuses(int $status, string $reason, string $nextStep): self
    {
        $entry = self::text(1, 'next_step') . self::text(2, $nextStep);
        $info = self::text(1, $reason) . self::text(2, 'leadtap') . self::text(3, $entry);
        $any = self::text(1, 'type.googleapis.com/google.rpc.ErrorInfo') . self::text(2, $info);
        $this->answers[] = new HttpReply(200, [
            'content-type' => GrpcWeb::CONTENT_TYPE,
            'grpc-status' => (string) $status,
            'grpc-message' => 'in words',
            'leadtap-request-id' => 'request-1',
            'grpc-status-details-bin' => base64_encode(self::text(3, $any)),
        ], '');

        return $this;
    }

    public function isNotThere(): self
    {
        // Lasting, so that the client makes no second attempt of its own.
        $this->answers[] = TransportFailure::unreachable('There is no socket.', true);

        return $this;
    }

    /** A gRPC server that knows nothing of the contract, not even its errors. */
    public function isAnotherProgram(): self
    {
        $this->answers[] = new HttpReply(200, ['content-type' => GrpcWeb::CONTENT_TYPE, 'grpc-status' => '12'], '');

        return $this;
    }

    public function isTooSlow(): self
    {
        $this->answers[] = TransportFailure::late(false);

        return $this;
    }

    public function post(string $path, array $headers, string $body, bool $idempotent, Deadline $deadline): HttpReply
    {
        $this->calls[] = ['path' => $path, 'body' => $body, 'timeout' => $headers['grpc-timeout']];
        $answer = array_shift($this->answers);
        if ($answer === null) {
            throw new \LogicException("one call more than there are answers: {$path}");
        }
        if ($answer instanceof TransportFailure) {
            throw $answer;
        }

        return $answer;
    }

    /** @return list<string> the names of the methods that were called, in order */
    public function called(): array
    {
        return array_map(static fn (array $call) => basename($call['path']), $this->calls);
    }

    /**
     * The request of the newest call.
     *
     * @template T of Message
     *
     * @param class-string<T> $class
     *
     * @return T
     */
    public function request(string $class): Message
    {
        $newest = end($this->calls);
        if ($newest === false) {
            throw new \LogicException('nobody called');
        }

        return $class::fromBytes(substr($newest['body'], 5));
    }

    private static function trailers(string $lines): string
    {
        return "\x80" . pack('N', strlen($lines)) . $lines;
    }

    private static function text(int $number, string $bytes): string
    {
        return Codec::varint($number << 3 | 2) . Codec::varint(strlen($bytes)) . $bytes;
    }
}
