<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** A login that has begun. */
final class StartedLogin
{
    /** Where to send the shopper. */
    public string $authorizationUrl;

    /** OAuth's `state`: a secret of this one login. */
    public string $state;

    /** Seconds since 1970. */
    public int $expireTime;

    public function __construct(
        #[\SensitiveParameter]
        string $authorizationUrl,
        #[\SensitiveParameter]
        string $state,
        int $expireTime
    ) {
        $this->authorizationUrl = $authorizationUrl;
        $this->state = $state;
        $this->expireTime = $expireTime;
    }

    /** @return array<string, mixed> what `var_dump` shows */
    public function __debugInfo(): array
    {
        return ['state' => '(secret)', 'expireTime' => $this->expireTime];
    }
}
