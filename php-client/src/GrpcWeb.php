<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * gRPC-Web, binary and unary: one frame out, a message and a frame of
 * trailers back (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md).
 */
final class GrpcWeb
{
    public const CONTENT_TYPE = 'application/grpc-web+proto';

    /** The flag of a frame that holds trailers. */
    private const TRAILERS = 0x80;

    /** One byte of flags, four of length. */
    private const FRAME_HEAD = 5;

    private function __construct()
    {
    }

    /** A message in its frame. */
    public static function frame(string $message): string
    {
        return "\0" . pack('N', strlen($message)) . $message;
    }

    /**
     * The status is in the trailers, else in the headers, else it is what the
     * HTTP status says; HTTP 200 alone is UNKNOWN.
     *
     * @throws TransportFailure where the body is not gRPC-Web
     */
    public static function parse(HttpReply $reply): GrpcReply
    {
        $message = null;
        $metadata = $reply->headers;
        $type = $reply->headers['content-type'] ?? '';
        if (strncmp($type, 'application/grpc-web', 20) === 0) {
            [$message, $trailers] = self::frames($reply->body);
            $metadata = $trailers + $metadata;
        }
        $status = $metadata['grpc-status'] ?? null;
        if ($status === null) {
            $code = $reply->status === 200 ? Status::UNKNOWN : Status::fromHttp($reply->status);

            return new GrpcReply($code, "The answer has no gRPC status (HTTP {$reply->status}).", $metadata, null);
        }
        if (preg_match('/^[0-9]{1,2}$/D', $status) !== 1) {
            throw TransportFailure::malformed('The answer has a gRPC status that is no number.');
        }
        if ((int) $status === Status::OK && $message === null) {
            throw TransportFailure::malformed('The answer is OK and has no message.');
        }

        return new GrpcReply((int) $status, rawurldecode($metadata['grpc-message'] ?? ''), $metadata, $message);
    }

    /** @return array{?string, array<string, string>} the message and the trailers */
    private static function frames(string $body): array
    {
        $message = null;
        $trailers = [];
        $end = strlen($body);
        for ($at = 0; $at < $end; $at += $length) {
            if ($end - $at < self::FRAME_HEAD) {
                throw TransportFailure::malformed('The answer is cut off inside a frame.');
            }
            $flags = ord($body[$at]);
            $length = unpack('N', $body, $at + 1)[1];
            $at += self::FRAME_HEAD;
            if ($length > $end - $at) {
                throw TransportFailure::malformed('The answer is cut off inside a frame.');
            }
            if ($flags === self::TRAILERS) {
                $trailers = HttpReply::parseHeaders(substr($body, $at, $length)) + $trailers;
            } elseif ($flags !== 0) {
                throw TransportFailure::malformed('The answer is compressed, which nobody asked for.');
            } elseif ($message !== null) {
                throw TransportFailure::malformed('The answer has more than one message.');
            } else {
                $message = substr($body, $at, $length);
            }
        }

        return [$message, $trailers];
    }
}
