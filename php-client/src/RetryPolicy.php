<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * When a call is sent again: only when the daemon certainly never saw it, or
 * when it is idempotent and the daemon said UNAVAILABLE.
 */
final class RetryPolicy
{
    /** After so many the failure is told. */
    public const MAX_RETRIES = 3;

    /** The first pause; each further one is twice as long. */
    private const FIRST_PAUSE_NS = 50000000;

    /** A pause is this share of its length at least; the rest is chance, so that callers do not come back all at once. */
    private const LEAST_SHARE = 0.5;

    /** @return int|null nanoseconds to wait; null: do not send it again */
    public function pause(Failure $failure, bool $idempotent, int $retriesDone): ?int
    {
        if ($retriesDone >= self::MAX_RETRIES || !self::isAllowed($failure, $idempotent)) {
            return null;
        }
        $share = self::LEAST_SHARE + (1 - self::LEAST_SHARE) * mt_rand() / mt_getrandmax();
        $pause = (int) (self::FIRST_PAUSE_NS * 2 ** $retriesDone * $share);

        return $pause + (int) (($failure->retryAfter ?? 0.0) * 1e9);
    }

    private static function isAllowed(Failure $failure, bool $idempotent): bool
    {
        if ($failure->lasting || $failure->nextStep !== NextStep::RETRY) {
            return false;
        }

        return $failure->status === Status::UNAVAILABLE && ($failure->unsent || $idempotent);
    }
}
