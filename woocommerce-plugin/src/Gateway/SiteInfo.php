<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** What the daemon's configuration says of this shop. */
final class SiteInfo
{
    public string $siteId;

    public string $daemonVersion;

    /** @var list<string> */
    public array $permissions;

    /** @var list<string> */
    public array $redirectUris;

    /** Empty: none is configured. */
    public string $deletionStatusUrl;

    /**
     * @param list<string> $permissions
     * @param list<string> $redirectUris
     */
    public function __construct(
        string $siteId,
        string $daemonVersion,
        array $permissions,
        array $redirectUris,
        string $deletionStatusUrl
    ) {
        $this->siteId = $siteId;
        $this->daemonVersion = $daemonVersion;
        $this->permissions = $permissions;
        $this->redirectUris = $redirectUris;
        $this->deletionStatusUrl = $deletionStatusUrl;
    }
}
