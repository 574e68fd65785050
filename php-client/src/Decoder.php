<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * Reads the protobuf wire format by the tables of the generated messages.
 *
 * It trusts nothing: every length is checked before it is used, so that
 * malformed bytes end in {@see MalformedMessage} and never in a PHP warning.
 */
final class Decoder
{
    /** A tag is 32 bits: 29 of field number, 3 of wire type. */
    private const MAX_TAG = 0xFFFFFFFF;

    private string $bytes;

    private int $at;

    private int $end;

    private int $depth;

    private function __construct(string $bytes, int $depth)
    {
        $this->bytes = $bytes;
        $this->at = 0;
        $this->end = strlen($bytes);
        $this->depth = $depth;
    }

    /**
     * The values that are set, by name.
     *
     * @param array<int, array{string, string, string, ?string, mixed}> $fields a message's table
     * @param array<string, mixed>                                      $values what to merge into
     *
     * @return array<string, mixed>
     *
     * @throws MalformedMessage
     */
    public static function decode(array $fields, string $bytes, int $depth = 0, array $values = []): array
    {
        if ($depth > Codec::MAX_DEPTH) {
            throw new MalformedMessage('messages are nested deeper than ' . Codec::MAX_DEPTH);
        }

        return (new self($bytes, $depth))->message($fields, $values);
    }

    /**
     * @param array<int, array{string, string, string, ?string, mixed}> $fields
     * @param array<string, mixed>                                      $values
     *
     * @return array<string, mixed>
     */
    private function message(array $fields, array $values): array
    {
        while ($this->at < $this->end) {
            [$number, $wire] = $this->tag();
            $field = $fields[$number] ?? null;
            if ($field === null) {
                $this->skip($number, $wire, $this->depth);
                continue;
            }
            [$name, $type, $shape, $class, $extra] = $field;
            $expected = $shape === 'map' ? 2 : Codec::WIRE_TYPES[$type];
            if ($wire === $expected) {
                switch ($shape) {
                    case 'implicit':
                        $values[$name] = $this->value($type, $class, null);
                        break;
                    case 'presence':
                        $values[$name] = $this->value($type, $class, $values[$name] ?? null);
                        foreach ($extra as $other) {
                            $values[$other] = null;
                        }
                        break;
                    case 'map':
                        [$key, $value] = $this->entry($type, $class, $extra);
                        $values[$name][$key] = $value;
                        break;
                    default:
                        $values[$name][] = $this->value($type, $class, null);
                }
            } elseif ($wire === 2 && ($shape === 'packed' || $shape === 'list')) {
                $run = new self($this->delimited(), $this->depth);
                while ($run->at < $run->end) {
                    $values[$name][] = $run->value($type, null, null);
                }
            } else {
                // As if unknown: the contract never changes a field's type.
                $this->skip($number, $wire, $this->depth);
            }
        }

        return $values;
    }

    /** @return array{int, int} field number and wire type */
    private function tag(): array
    {
        $tag = $this->varint();
        if ($tag < 8 || $tag > self::MAX_TAG) {
            throw new MalformedMessage('a field number is out of range');
        }

        return [$tag >> 3, $tag & 7];
    }

    /**
     * @return array{array-key, mixed}
     */
    private function entry(string $type, ?string $class, string $keyType): array
    {
        $fields = [1 => ['key', $keyType, 'implicit', null, []], 2 => ['value', $type, 'implicit', $class, []]];
        $entry = self::decode($fields, $this->delimited(), $this->depth + 1);
        $key = $entry['key'] ?? ($keyType === 'string' ? '' : 0);

        return [is_bool($key) ? (int) $key : $key, $entry['value'] ?? self::absent($type, $class)];
    }

    /** @return mixed the value of a map's entry that leaves it out */
    private static function absent(string $type, ?string $class)
    {
        switch ($type) {
            case 'message':
                return new $class();
            case 'string':
            case 'bytes':
                return '';
            case 'bool':
                return false;
            case 'float':
            case 'double':
                return 0.0;
            default:
                return 0;
        }
    }

    /**
     * @param Message|null $known an earlier occurrence of the same field, to merge into
     *
     * @return mixed
     */
    private function value(string $type, ?string $class, $known)
    {
        switch ($type) {
            case 'string':
                $text = $this->delimited();
                if (preg_match('//u', $text) !== 1) {
                    throw new MalformedMessage('a string is not valid UTF-8');
                }

                return $text;
            case 'bytes':
                return $this->delimited();
            case 'message':
                $earlier = $known instanceof Message ? $known->values() : [];

                return $class::fromValues(self::decode($class::FIELDS, $this->delimited(), $this->depth + 1, $earlier));
            case 'bool':
                return $this->varint() !== 0;
            case 'int64':
            case 'uint64':
                return $this->varint();
            case 'int32':
            case 'enum':
                return self::signed32($this->varint());
            case 'uint32':
                return $this->varint() & 0xFFFFFFFF;
            case 'sint32':
                $value = $this->varint() & 0xFFFFFFFF;

                return $value >> 1 ^ -($value & 1);
            case 'sint64':
                $value = $this->varint();

                return $value >> 1 & PHP_INT_MAX ^ -($value & 1);
            case 'double':
                return unpack('e', $this->take(8))[1];
            case 'float':
                return unpack('g', $this->take(4))[1];
            case 'fixed64':
            case 'sfixed64':
                return unpack('P', $this->take(8))[1];
            case 'sfixed32':
                return self::signed32(unpack('V', $this->take(4))[1]);
            default:
                return unpack('V', $this->take(4))[1];
        }
    }

    private function varint(): int
    {
        // Most numbers are one byte.
        if ($this->at < $this->end && ($byte = ord($this->bytes[$this->at])) < 0x80) {
            $this->at++;

            return $byte;
        }
        $value = 0;
        for ($shift = 0; $shift < 70; $shift += 7) {
            if ($this->at >= $this->end) {
                throw new MalformedMessage('the message is cut off');
            }
            $byte = ord($this->bytes[$this->at++]);
            $value |= ($byte & 0x7F) << $shift;
            if ($byte < 0x80) {
                return $value;
            }
        }
        throw new MalformedMessage('a number is longer than ten bytes');
    }

    private function delimited(): string
    {
        return $this->take($this->varint());
    }

    private function take(int $length): string
    {
        if ($length < 0 || $length > $this->end - $this->at) {
            throw new MalformedMessage('the message is cut off');
        }
        $bytes = substr($this->bytes, $this->at, $length);
        $this->at += $length;

        return $bytes;
    }

    private function skip(int $number, int $wire, int $depth): void
    {
        switch ($wire) {
            case 0:
                $this->varint();
                break;
            case 1:
                $this->take(8);
                break;
            case 2:
                $this->delimited();
                break;
            case 3:
                $this->skipGroup($number, $depth + 1);
                break;
            case 5:
                $this->take(4);
                break;
            default:
                throw new MalformedMessage("wire type {$wire} is out of place");
        }
    }

    /** Groups are of the past; an unknown one still has to be skipped whole. */
    private function skipGroup(int $group, int $depth): void
    {
        if ($depth > Codec::MAX_DEPTH) {
            throw new MalformedMessage('messages are nested deeper than ' . Codec::MAX_DEPTH);
        }
        while (true) {
            [$number, $wire] = $this->tag();
            if ($wire === 4) {
                if ($number !== $group) {
                    throw new MalformedMessage('a group ends that did not begin');
                }

                return;
            }
            $this->skip($number, $wire, $depth);
        }
    }

    private static function signed32(int $value): int
    {
        $value &= 0xFFFFFFFF;

        return $value >= 0x80000000 ? $value - 0x100000000 : $value;
    }
}
