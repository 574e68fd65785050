<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * Writes the protobuf wire format from the tables of the generated messages
 * (https://protobuf.dev/programming-guides/encoding/). {@see Decoder} reads it.
 *
 * It needs 64-bit integers. Unsigned 64-bit values from 2^63 on are negative
 * in PHP, as in Java.
 */
final class Codec
{
    /** How deep messages may be nested: protobuf's own limit. Deeper ones are refused. */
    public const MAX_DEPTH = 100;

    /** Wire types by the type names of the tables. */
    public const WIRE_TYPES = [
        'int32' => 0, 'int64' => 0, 'uint32' => 0, 'uint64' => 0, 'sint32' => 0, 'sint64' => 0,
        'bool' => 0, 'enum' => 0,
        'fixed64' => 1, 'sfixed64' => 1, 'double' => 1,
        'string' => 2, 'bytes' => 2, 'message' => 2,
        'fixed32' => 5, 'sfixed32' => 5, 'float' => 5,
    ];

    private function __construct()
    {
    }

    /**
     * @param array<int, array{string, string, string, ?string, mixed}> $fields a message's table
     * @param array<string, mixed>                                      $values by name
     *
     * @throws MalformedMessage
     */
    public static function encode(
        array $fields,
        #[\SensitiveParameter]
        array $values,
        int $depth = 0
    ): string {
        if ($depth > self::MAX_DEPTH) {
            throw new MalformedMessage('messages are nested deeper than ' . self::MAX_DEPTH);
        }
        $bytes = '';
        foreach ($fields as $number => [$name, $type, $shape, , $extra]) {
            $value = $values[$name] ?? null;
            if ($value === null || $value === '' && $shape === 'implicit' || $value === [] || $value === false && $shape === 'implicit') {
                continue;
            }
            try {
                $bytes .= self::field($number, $type, $shape, $extra, $value, $depth);
            } catch (\TypeError $error) {
                throw new MalformedMessage("{$name}: a value is not of type {$type}", 0, $error);
            } catch (MalformedMessage $error) {
                throw new MalformedMessage("{$name}: {$error->getMessage()}", 0, $error);
            }
        }

        return $bytes;
    }

    /** A number in base 128, least significant group first. */
    public static function varint(int $value): string
    {
        if ($value >= 0 && $value < 0x80) {
            return chr($value);
        }
        $bytes = '';
        do {
            $group = $value & 0x7F;
            // PHP shifts the sign in from the left; a varint is unsigned.
            $value = ($value >> 7) & 0x01FFFFFFFFFFFFFF;
            $bytes .= chr($value === 0 ? $group : $group | 0x80);
        } while ($value !== 0);

        return $bytes;
    }

    /**
     * @param mixed $extra
     * @param mixed $value
     */
    private static function field(
        int $number,
        string $type,
        string $shape,
        $extra,
        #[\SensitiveParameter]
        $value,
        int $depth
    ): string {
        $tag = self::varint($number << 3 | self::WIRE_TYPES[$type]);
        switch ($shape) {
            case 'implicit':
                return $value === 0 || $value === 0.0 ? '' : $tag . self::value($type, $value, $depth);
            case 'presence':
                return $tag . self::value($type, $value, $depth);
            case 'list':
                $bytes = '';
                foreach ($value as $item) {
                    $bytes .= $tag . self::value($type, $item, $depth);
                }

                return $bytes;
            case 'packed':
                $bytes = '';
                foreach ($value as $item) {
                    $bytes .= self::value($type, $item, $depth);
                }

                return self::varint($number << 3 | 2) . self::varint(strlen($bytes)) . $bytes;
            default:
                return self::map($number, $type, $extra, $value, $depth);
        }
    }

    /** @param array<array-key, mixed> $entries */
    private static function map(int $number, string $type, string $keyType, array $entries, int $depth): string
    {
        $bytes = '';
        foreach ($entries as $key => $value) {
            // PHP made an integer of a key such as '7', and of a bool.
            $key = $keyType === 'string' ? (string) $key : (int) $key;
            $entry = '';
            if ($key !== '' && $key !== 0) {
                $entry .= self::varint(1 << 3 | self::WIRE_TYPES[$keyType])
                    . ($keyType === 'bool' ? self::varint($key) : self::value($keyType, $key, $depth));
            }
            if ($value !== '' && $value !== 0 && $value !== 0.0 && $value !== false) {
                $entry .= self::varint(2 << 3 | self::WIRE_TYPES[$type]) . self::value($type, $value, $depth);
            }
            $bytes .= self::varint($number << 3 | 2) . self::varint(strlen($entry)) . $entry;
        }

        return $bytes;
    }

    /** @param mixed $value */
    private static function value(
        string $type,
        #[\SensitiveParameter]
        $value,
        int $depth
    ): string {
        switch ($type) {
            case 'string':
                // PCRE checks UTF-8 by itself; mbstring may be missing.
                if (preg_match('//u', $value) !== 1) {
                    throw new MalformedMessage('not valid UTF-8');
                }
                // no break: otherwise it is bytes
            case 'bytes':
                return self::varint(strlen($value)) . $value;
            case 'message':
                if (!$value instanceof Message) {
                    throw new \TypeError('not a message');
                }
                $bytes = self::encode($value::FIELDS, $value->values(), $depth + 1);

                return self::varint(strlen($bytes)) . $bytes;
            case 'bool':
                return self::flag($value);
            case 'int32':
            case 'int64':
            case 'uint64':
            case 'enum':
                return self::varint($value);
            case 'uint32':
                return self::varint($value & 0xFFFFFFFF);
            case 'sint32':
            case 'sint64':
                return self::varint($value << 1 ^ $value >> 63);
            default:
                return self::fixed($type, $value);
        }
    }

    private static function flag(bool $value): string
    {
        return $value ? "\x01" : "\x00";
    }

    /** @param int|float $value */
    private static function fixed(string $type, $value): string
    {
        $isFraction = $type === 'double' || $type === 'float';
        if (!is_int($value) && !($isFraction && is_float($value))) {
            throw new \TypeError('not a number');
        }
        switch ($type) {
            case 'double':
                return pack('e', $value);
            case 'float':
                return pack('g', $value);
            case 'fixed64':
            case 'sfixed64':
                return pack('P', $value);
            default:
                return pack('V', $value);
        }
    }
}
