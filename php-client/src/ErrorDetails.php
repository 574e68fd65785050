<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * Reads `grpc-status-details-bin`: a google.rpc.Status with ErrorInfo,
 * RetryInfo and BadRequest (https://google.aip.dev/193). What it cannot read it
 * leaves out: the status itself is worth more than its details.
 */
final class ErrorDetails
{
    /** Reasons of another domain are not ours to interpret. */
    private const DOMAIN = 'leadtap';

    private const STATUS = [3 => ['details', 'bytes', 'list', null, []]];

    private const ANY = [
        1 => ['type_url', 'string', 'implicit', null, []],
        2 => ['value', 'bytes', 'implicit', null, []],
    ];

    private const ERROR_INFO = [
        1 => ['reason', 'string', 'implicit', null, []],
        2 => ['domain', 'string', 'implicit', null, []],
        3 => ['metadata', 'string', 'map', null, 'string'],
    ];

    private const RETRY_INFO = [1 => ['retry_delay', 'bytes', 'implicit', null, []]];

    private const DURATION = [
        1 => ['seconds', 'int64', 'implicit', null, []],
        2 => ['nanos', 'int32', 'implicit', null, []],
    ];

    private const BAD_REQUEST = [1 => ['field_violations', 'bytes', 'list', null, []]];

    private const FIELD_VIOLATION = [
        1 => ['field', 'string', 'implicit', null, []],
        2 => ['description', 'string', 'implicit', null, []],
    ];

    private function __construct()
    {
    }

    /** @param string $header in base64, with or without padding */
    public static function addTo(Failure $failure, string $header): void
    {
        $bytes = base64_decode(rtrim($header, '='), true);
        if ($bytes === false) {
            return;
        }
        try {
            foreach (Decoder::decode(self::STATUS, $bytes)['details'] ?? [] as $detail) {
                $any = Decoder::decode(self::ANY, $detail) + ['type_url' => '', 'value' => ''];
                self::addOne($failure, $any['type_url'], $any['value']);
            }
        } catch (MalformedMessage $malformed) {
            return;
        }
    }

    private static function addOne(Failure $failure, string $type, string $bytes): void
    {
        switch ($type) {
            case 'type.googleapis.com/google.rpc.ErrorInfo':
                $info = Decoder::decode(self::ERROR_INFO, $bytes);
                if (($info['domain'] ?? '') === self::DOMAIN) {
                    $failure->reason = $info['reason'] ?? '';
                    $failure->metadata = $info['metadata'] ?? [];
                    $failure->nextStep = $failure->metadata['next_step'] ?? NextStep::UNKNOWN;
                }
                break;
            case 'type.googleapis.com/google.rpc.RetryInfo':
                $delay = Decoder::decode(self::RETRY_INFO, $bytes)['retry_delay'] ?? '';
                $duration = Decoder::decode(self::DURATION, $delay) + ['seconds' => 0, 'nanos' => 0];
                $failure->retryAfter = max(0.0, $duration['seconds'] + $duration['nanos'] / 1e9);
                break;
            case 'type.googleapis.com/google.rpc.BadRequest':
                foreach (Decoder::decode(self::BAD_REQUEST, $bytes)['field_violations'] ?? [] as $one) {
                    $violation = Decoder::decode(self::FIELD_VIOLATION, $one) + ['field' => '', 'description' => ''];
                    $failure->fieldViolations[$violation['field']] = $violation['description'];
                }
                break;
        }
    }
}
