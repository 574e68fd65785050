<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** The status codes of gRPC (https://grpc.io/docs/guides/status-codes/). */
final class Status
{
    public const OK = 0;
    public const CANCELLED = 1;
    public const UNKNOWN = 2;
    public const INVALID_ARGUMENT = 3;
    public const DEADLINE_EXCEEDED = 4;
    public const NOT_FOUND = 5;
    public const ALREADY_EXISTS = 6;
    public const PERMISSION_DENIED = 7;
    public const RESOURCE_EXHAUSTED = 8;
    public const FAILED_PRECONDITION = 9;
    public const ABORTED = 10;
    public const OUT_OF_RANGE = 11;
    public const UNIMPLEMENTED = 12;
    public const INTERNAL = 13;
    public const UNAVAILABLE = 14;
    public const DATA_LOSS = 15;
    public const UNAUTHENTICATED = 16;

    private const NAMES = [
        'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS',
        'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE',
        'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
    ];

    private function __construct()
    {
    }

    public static function name(int $status): string
    {
        return self::NAMES[$status] ?? (string) $status;
    }

    /**
     * What an HTTP status says where gRPC said nothing
     * (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md).
     */
    public static function fromHttp(int $http): int
    {
        switch ($http) {
            case 400:
                return self::INTERNAL;
            case 401:
                return self::UNAUTHENTICATED;
            case 403:
                return self::PERMISSION_DENIED;
            case 404:
                return self::UNIMPLEMENTED;
            case 429:
            case 502:
            case 503:
            case 504:
                return self::UNAVAILABLE;
            default:
                return self::UNKNOWN;
        }
    }
}
