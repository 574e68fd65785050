<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** PHP's own times from and to `google.protobuf.Timestamp`. */
trait TimestampConversions
{
    /** In UTC, cut to PHP's microseconds. */
    public function toDateTime(): \DateTimeImmutable
    {
        $time = \DateTimeImmutable::createFromFormat('U', (string) $this->seconds, new \DateTimeZone('UTC'));
        $microseconds = intdiv($this->nanos, 1000);

        return $time->setTime((int) $time->format('G'), (int) $time->format('i'), (int) $time->format('s'), $microseconds);
    }

    /** @return static */
    public static function fromDateTime(\DateTimeInterface $time): self
    {
        return new static(['seconds' => $time->getTimestamp(), 'nanos' => (int) $time->format('u') * 1000]);
    }

    /** As RFC 3339 writes it, which is also protobuf's JSON. */
    public function jsonSerialize(): string
    {
        return $this->toDateTime()->format('Y-m-d\TH:i:s.u\Z');
    }
}
