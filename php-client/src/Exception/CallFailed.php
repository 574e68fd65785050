<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

use Leadtap\Client\Failure;
use Leadtap\Client\LeadtapException;
use Leadtap\Client\NextStep;
use Leadtap\Client\Status;

/**
 * A call that did not succeed, of a kind that has no class of its own, such as
 * one that only a newer daemon knows.
 */
class CallFailed extends \RuntimeException implements LeadtapException
{
    private Failure $failure;

    final private function __construct(Failure $failure, ?\Throwable $cause)
    {
        parent::__construct(self::describe($failure), $failure->status, $cause);
        $this->failure = $failure;
    }

    /** The exception of the right class: by reason, else by status. */
    final public static function because(Failure $failure, ?\Throwable $cause = null): self
    {
        $class = Kinds::BY_REASON[$failure->reason] ?? Kinds::BY_STATUS[$failure->status] ?? self::class;

        return new $class($failure, $cause);
    }

    final public function reason(): string
    {
        return $this->failure->reason;
    }

    final public function nextStep(): string
    {
        return $this->failure->nextStep;
    }

    final public function requestId(): string
    {
        return $this->failure->requestId;
    }

    final public function retryAfter(): ?float
    {
        return $this->failure->retryAfter;
    }

    final public function isRetryable(): bool
    {
        return $this->failure->nextStep === NextStep::RETRY;
    }

    final public function shouldStartAgain(): bool
    {
        return $this->failure->nextStep === NextStep::START_AGAIN;
    }

    final public function grpcStatus(): int
    {
        return $this->failure->status;
    }

    /** @return array<string, string> the daemon's further facts, such as Meta's `fbtrace_id` */
    final public function metadata(): array
    {
        return $this->failure->metadata;
    }

    final protected function failure(): Failure
    {
        return $this->failure;
    }

    private static function describe(Failure $failure): string
    {
        $name = $failure->reason !== '' ? $failure->reason : Status::name($failure->status);
        $text = $failure->message !== '' ? "{$name}: {$failure->message}" : $name;
        foreach ($failure->fieldViolations as $field => $problem) {
            $text .= " [{$field}: {$problem}]";
        }
        if ($failure->requestId !== '') {
            $text .= " (request {$failure->requestId})";
        }

        return $text;
    }
}
