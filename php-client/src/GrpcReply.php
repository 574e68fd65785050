<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** What the daemon answered, whatever carried it. */
final class GrpcReply
{
    public int $status;

    public string $statusMessage;

    /** @var array<string, string> headers and trailers, names in lower case */
    public array $metadata;

    public ?string $message;

    /** @param array<string, string> $metadata */
    public function __construct(int $status, string $statusMessage, array $metadata, ?string $message)
    {
        $this->status = $status;
        $this->statusMessage = $statusMessage;
        $this->metadata = $metadata;
        $this->message = $message;
    }
}
