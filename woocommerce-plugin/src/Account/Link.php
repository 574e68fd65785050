<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Gateway\InstagramIds;

/** Which Instagram account logs a user in. */
final class Link
{
    /** Of the daemon's lead. */
    public string $leadId;

    public InstagramIds $ids;

    /** The handle without `@`, as of the newest login; may be empty. */
    public string $username;

    /** Seconds since 1970. */
    public int $linkedTime;

    /** Of the lead, when it was last read or written. */
    public string $etag;

    public function __construct(string $leadId, InstagramIds $ids, string $username, int $linkedTime, string $etag)
    {
        $this->leadId = $leadId;
        $this->ids = $ids;
        $this->username = $username;
        $this->linkedTime = $linkedTime;
        $this->etag = $etag;
    }
}
