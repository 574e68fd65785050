<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Support;

use Leadtap\Client\Codec;

/** Writes `grpc-status-details-bin` by the field numbers of googleapis. */
final class Details
{
    /** @param array<string, string> $metadata */
    public static function errorInfo(string $reason, array $metadata, string $domain = 'leadtap'): string
    {
        $bytes = self::text(1, $reason) . self::text(2, $domain);
        foreach ($metadata as $key => $value) {
            $bytes .= self::text(3, self::text(1, $key) . self::text(2, $value));
        }

        return self::any('google.rpc.ErrorInfo', $bytes);
    }

    public static function retryInfo(int $seconds, int $nanos = 0): string
    {
        $duration = "\x08" . Codec::varint($seconds) . "\x10" . Codec::varint($nanos);

        return self::any('google.rpc.RetryInfo', self::text(1, $duration));
    }

    /** @param array<string, string> $violations */
    public static function badRequest(array $violations): string
    {
        $bytes = '';
        foreach ($violations as $field => $description) {
            $bytes .= self::text(1, self::text(1, $field) . self::text(2, $description));
        }

        return self::any('google.rpc.BadRequest', $bytes);
    }

    /** Without padding, as tonic sends it. */
    public static function header(string ...$details): string
    {
        $status = "\x08\x05" . self::text(2, 'message');
        foreach ($details as $detail) {
            $status .= self::text(3, $detail);
        }

        return rtrim(base64_encode($status), '=');
    }

    private static function any(string $type, string $bytes): string
    {
        return self::text(1, 'type.googleapis.com/' . $type) . self::text(2, $bytes);
    }

    private static function text(int $number, string $bytes): string
    {
        return Codec::varint($number << 3 | 2) . Codec::varint(strlen($bytes)) . $bytes;
    }
}
