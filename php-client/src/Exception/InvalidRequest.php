<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** A field breaks its limit, or the daemon has no such rpc. */
final class InvalidRequest extends CallFailed
{
    /** @return array<string, string> field to what is wrong with it */
    public function fieldViolations(): array
    {
        return $this->failure()->fieldViolations;
    }
}
