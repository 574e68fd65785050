<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** How a login ended: with a person, or declined. */
final class FinishedLogin
{
    /** Null: declined. */
    public ?Person $person;

    /** Instagram's `error_reason`, else its `error`, where it was declined. It comes out of a URL: never show it. */
    public string $declinedBecause;

    /** As it was given at the start; empty where Instagram did not send the state back. */
    public string $returnTo;

    private function __construct(?Person $person, string $declinedBecause, string $returnTo)
    {
        $this->person = $person;
        $this->declinedBecause = $declinedBecause;
        $this->returnTo = $returnTo;
    }

    public static function with(Person $person, string $returnTo): self
    {
        return new self($person, '', $returnTo);
    }

    public static function declined(string $because, string $returnTo): self
    {
        return new self(null, $because, $returnTo);
    }
}
