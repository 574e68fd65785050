<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** What happened on one day of the shop's. */
final class Day
{
    /** When it begins, in seconds since 1970. */
    public int $start;

    public int $newLeads;

    public int $logins;

    public function __construct(int $start, int $newLeads, int $logins)
    {
        $this->start = $start;
        $this->newLeads = $newLeads;
        $this->logins = $logins;
    }
}
