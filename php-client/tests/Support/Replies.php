<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Support;

use Leadtap\Client\GrpcWeb;
use Leadtap\Client\HttpReply;
use Leadtap\Client\Message;

/** Answers as the daemon gives them. */
final class Replies
{
    public const TYPE = 'application/grpc-web+proto';

    /** @param array<string, string> $trailers */
    public static function trailers(array $trailers): string
    {
        $lines = '';
        foreach ($trailers as $name => $value) {
            $lines .= "{$name}:{$value}\r\n";
        }

        return "\x80" . pack('N', strlen($lines)) . $lines;
    }

    /** The body of a good answer. */
    public static function body(Message $message): string
    {
        return GrpcWeb::frame($message->toBytes()) . self::trailers(['grpc-status' => '0']);
    }

    /** @param array<string, string> $headers */
    public static function http(string $body, array $headers = [], int $status = 200): string
    {
        $head = "HTTP/1.1 {$status} Some Reason\r\n";
        foreach ($headers + ['content-type' => self::TYPE, 'content-length' => (string) strlen($body)] as $name => $value) {
            $head .= "{$name}: {$value}\r\n";
        }

        return $head . "\r\n" . $body;
    }

    public static function ok(Message $message): string
    {
        return self::http(self::body($message));
    }

    /** In chunks of so many bytes, ends and trailers included. */
    public static function chunked(string $body, int $size): string
    {
        $bytes = "HTTP/1.1 200 OK\r\nContent-Type: " . self::TYPE . "\r\nTransfer-Encoding: chunked\r\n\r\n";
        foreach (str_split($body, $size) as $chunk) {
            $bytes .= dechex(strlen($chunk)) . ";extension=1\r\n{$chunk}\r\n";
        }

        return $bytes . "0\r\nx-trailer: of HTTP\r\n\r\n";
    }

    /** @param array<string, string> $metadata */
    public static function failed(int $status, array $metadata = []): HttpReply
    {
        return new HttpReply(200, ['content-type' => self::TYPE, 'grpc-status' => (string) $status] + $metadata, '');
    }

    public static function good(Message $message): HttpReply
    {
        return new HttpReply(200, ['content-type' => self::TYPE], self::body($message));
    }
}
