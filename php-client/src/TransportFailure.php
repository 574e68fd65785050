<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** No whole answer came. Calls turn it into a {@see LeadtapException}. */
final class TransportFailure extends \RuntimeException
{
    /** gRPC's status for it. */
    private int $status;

    private bool $unsent;

    private bool $lasting;

    private function __construct(string $message, int $status, bool $unsent, bool $lasting = false)
    {
        parent::__construct($message);
        $this->status = $status;
        $this->unsent = $unsent;
        $this->lasting = $lasting;
    }

    /** No connection: nothing was sent. */
    public static function unreachable(string $message, bool $lasting = false): self
    {
        return new self($message, Status::UNAVAILABLE, true, $lasting);
    }

    /** The connection ended before the whole answer was there. */
    public static function broken(string $message, bool $unsent): self
    {
        return new self($message, Status::UNAVAILABLE, $unsent);
    }

    public static function late(bool $unsent): self
    {
        return new self('The daemon did not answer in time.', Status::DEADLINE_EXCEEDED, $unsent);
    }

    public static function tooLarge(int $limit): self
    {
        return new self("The answer is larger than {$limit} bytes.", Status::RESOURCE_EXHAUSTED, false, true);
    }

    /** What answers does not speak HTTP or gRPC-Web. */
    public static function malformed(string $message): self
    {
        return new self($message, Status::INTERNAL, false, true);
    }

    public function status(): int
    {
        return $this->status;
    }

    /** Whether it is certain that not one byte of the request went out. */
    public function isUnsent(): bool
    {
        return $this->unsent;
    }

    /** Whether the same call would fail in the same way until somebody acts. */
    public function isLasting(): bool
    {
        return $this->lasting;
    }
}
