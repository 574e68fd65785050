<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** Who came back from Instagram. */
final class Person
{
    /** A UUID. */
    public string $leadId;

    public InstagramIds $ids;

    /** The handle without `@`; may be empty. */
    public string $username;

    /** The display name; may be empty. */
    public string $name;

    /** Whether it is a personal account, which only the retired dialect lets in. */
    public bool $isPersonal;

    /** Of the version of the lead that was read. */
    public string $etag;

    public function __construct(
        string $leadId,
        InstagramIds $ids,
        string $username,
        string $name,
        bool $isPersonal,
        string $etag
    ) {
        $this->leadId = $leadId;
        $this->ids = $ids;
        $this->username = $username;
        $this->name = $name;
        $this->isPersonal = $isPersonal;
        $this->etag = $etag;
    }
}
