<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * What every generated message is: values under the names of the contract.
 *
 * `new Consent(['text_version' => '2026-11 en'])` and
 * `(new Consent())->setTextVersion('2026-11 en')` are the same.
 */
abstract class Message implements \JsonSerializable
{
    /** The codec's table: number => [name, wire type, shape, class, key type or the others of its oneof]. */
    public const FIELDS = [];

    /** Fields that no dump may show. */
    protected const SECRETS = [];

    /**
     * @param array<string, mixed> $values by the names in the contract, such as `return_to`
     *
     * @throws \InvalidArgumentException where a name is not in the contract
     * @throws \TypeError                where a value has another type than the field
     */
    final public function __construct(array $values = [])
    {
        foreach ($values as $name => $value) {
            $setter = 'set' . str_replace('_', '', ucwords((string) $name, '_'));
            if (!property_exists($this, (string) $name)) {
                throw new \InvalidArgumentException(static::class . " has no field `{$name}`");
            }
            $this->{$setter}($value);
        }
    }

    /**
     * The message as it goes over the wire.
     *
     * @throws MalformedMessage where a string is not UTF-8, or a value in a list or map has a wrong type
     */
    final public function toBytes(): string
    {
        return Codec::encode(static::FIELDS, get_object_vars($this));
    }

    /**
     * The message that came over the wire. Fields of a newer contract are skipped.
     *
     * @return static
     *
     * @throws MalformedMessage where the bytes are no such message
     */
    final public static function fromBytes(string $bytes): self
    {
        return static::fromValues(Decoder::decode(static::FIELDS, $bytes));
    }

    /**
     * For the codec: values that need no check.
     *
     * @param array<string, mixed> $values
     *
     * @return static
     */
    final public static function fromValues(array $values): self
    {
        $message = new static();
        foreach ($values as $name => $value) {
            $message->{$name} = $value;
        }

        return $message;
    }

    /**
     * For the codec: every value, set or not.
     *
     * @return array<string, mixed>
     */
    final public function values(): array
    {
        return get_object_vars($this);
    }

    /**
     * What is set, by the names of the contract; bytes in base64. Secrets are in it.
     *
     * @return mixed
     */
    #[\ReturnTypeWillChange]
    public function jsonSerialize()
    {
        $set = [];
        foreach (static::FIELDS as [$name, $type]) {
            $value = $this->{$name};
            if ($value === null || $value === []) {
                continue;
            }
            $set[$name] = $type === 'bytes' ? self::inBase64($value) : $value;
        }

        return (object) $set;
    }

    /** @return array<string, mixed> what `var_dump` shows: secrets are left out */
    final public function __debugInfo(): array
    {
        $values = get_object_vars($this);
        foreach (static::SECRETS as $name) {
            $values[$name] = '(secret)';
        }

        return $values;
    }

    /**
     * @param string|string[] $bytes
     *
     * @return string|string[]
     */
    private static function inBase64($bytes)
    {
        return is_array($bytes) ? array_map('base64_encode', $bytes) : base64_encode($bytes);
    }
}
