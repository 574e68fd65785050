<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** What became of a deletion. It says nothing about the person. */
final class DeletionOutcome
{
    /** Whether something was held of the person; it is erased. */
    public bool $wasErased;

    /** Seconds since 1970. */
    public ?int $time;

    public function __construct(bool $wasErased, ?int $time)
    {
        $this->wasErased = $wasErased;
        $this->time = $time;
    }
}
