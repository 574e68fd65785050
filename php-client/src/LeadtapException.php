<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * A call that did not succeed. Everything that a call throws is one of these;
 * what to do next is a method, not a guess.
 */
interface LeadtapException extends \Throwable
{
    /** One of {@see V1\ErrorReason}; empty where the failure did not come from the daemon. */
    public function reason(): string;

    /** One of {@see NextStep}. */
    public function nextStep(): string;

    /** What to look for in the daemon's log; empty where no answer came. */
    public function requestId(): string;

    /** Seconds to wait before a retry; null: nobody said. */
    public function retryAfter(): ?float;

    /** Whether the same call, sent again, can succeed and does no harm. */
    public function isRetryable(): bool;

    /** Whether this login is over and the shopper should be offered a new one. */
    public function shouldStartAgain(): bool;

    /** One of {@see Status}. */
    public function grpcStatus(): int;
}
