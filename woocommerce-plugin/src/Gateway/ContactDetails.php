<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** What the shop learned about a person, to be written to the lead. */
final class ContactDetails
{
    public string $email;

    /** Seconds since 1970; null: not proven. */
    public ?int $emailVerifiedTime;

    public string $fullName;

    /** Null: leaves the lead's consent as it is. */
    public ?Consent $consent;

    public function __construct(string $email, ?int $emailVerifiedTime, string $fullName, ?Consent $consent)
    {
        $this->email = $email;
        $this->emailVerifiedTime = $emailVerifiedTime;
        $this->fullName = $fullName;
        $this->consent = $consent;
    }
}
