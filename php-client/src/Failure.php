<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** All that is known about a call that failed. */
final class Failure
{
    public int $status;

    public string $message;

    public string $reason = '';

    public string $nextStep = NextStep::UNKNOWN;

    public string $requestId = '';

    /** Seconds. */
    public ?float $retryAfter = null;

    /** @var array<string, string> of the ErrorInfo, such as `fbtrace_id` */
    public array $metadata = [];

    /** @var array<string, string> field to what is wrong with it */
    public array $fieldViolations = [];

    /** Whether it is certain that the daemon never saw the call. */
    public bool $unsent = false;

    /** Whether another attempt is pointless until somebody acts. */
    public bool $lasting = false;

    public function __construct(int $status, string $message)
    {
        $this->status = $status;
        $this->message = $message;
    }

    /** @param bool $idempotent whether the call may be sent twice */
    public static function ofTransport(TransportFailure $cause, bool $idempotent): self
    {
        $failure = new self($cause->status(), $cause->getMessage());
        $failure->unsent = $cause->isUnsent();
        $failure->lasting = $cause->isLasting();
        if ($failure->lasting) {
            $failure->nextStep = NextStep::OPERATOR;
        } elseif ($failure->unsent || $idempotent) {
            $failure->nextStep = NextStep::RETRY;
        }

        return $failure;
    }

    public static function ofReply(GrpcReply $reply, bool $idempotent, Deadline $deadline): self
    {
        $failure = new self($reply->status, $reply->statusMessage);
        $failure->requestId = $reply->metadata['leadtap-request-id'] ?? '';
        if (isset($reply->metadata['grpc-status-details-bin'])) {
            ErrorDetails::addTo($failure, $reply->metadata['grpc-status-details-bin']);
        }
        // tonic answers a grpc-timeout that ran out with CANCELLED, and this client never cancels.
        $timedOut = $deadline->hasPassed() || $reply->statusMessage === 'Timeout expired';
        if ($reply->status === Status::CANCELLED && $failure->reason === '' && $timedOut) {
            $failure->status = Status::DEADLINE_EXCEEDED;
            $failure->message = 'The daemon did not finish in time.';
        }
        $passing = [Status::UNAVAILABLE, Status::DEADLINE_EXCEEDED];
        if ($failure->nextStep === NextStep::UNKNOWN && $idempotent && in_array($failure->status, $passing, true)) {
            $failure->nextStep = NextStep::RETRY;
        }

        return $failure;
    }

    /** A request that never went out, because no daemon could read it. */
    public static function ofRequest(MalformedMessage $cause): self
    {
        $failure = new self(Status::INVALID_ARGUMENT, 'The request cannot be sent: ' . $cause->getMessage());
        $failure->reason = V1\ErrorReason::REQUEST_INVALID;
        $failure->nextStep = NextStep::FIX_REQUEST;
        $failure->unsent = true;
        [$field, $problem] = explode(': ', $cause->getMessage(), 2) + ['', ''];
        $failure->fieldViolations = [$field => $problem];

        return $failure;
    }
}
