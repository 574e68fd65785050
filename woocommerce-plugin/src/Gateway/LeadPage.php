<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** Some leads, and where the list goes on. */
final class LeadPage
{
    /** @var list<LeadRecord> can be fewer than asked for, also where more come */
    public array $leads;

    /** Empty: these are the last. */
    public string $nextToken;

    /** @param list<LeadRecord> $leads */
    public function __construct(array $leads, string $nextToken)
    {
        $this->leads = $leads;
        $this->nextToken = $nextToken;
    }
}
