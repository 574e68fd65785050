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

    /** Of the version of the lead that was read. */
    public string $etag;

    public function __construct(string $leadId, InstagramIds $ids, string $username, string $name, string $etag)
    {
        $this->leadId = $leadId;
        $this->ids = $ids;
        $this->username = $username;
        $this->name = $name;
        $this->etag = $etag;
    }
}
