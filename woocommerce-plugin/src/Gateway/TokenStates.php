<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** Where an access token stands in its life: the contract's `TokenState`, in small letters. */
final class TokenStates
{
    public const NONE = 'none';
    public const SHORT_LIVED = 'short_lived';
    public const LONG_LIVED = 'long_lived';
    public const EXPIRED = 'expired';
    public const REVOKED = 'revoked';
    public const EXPIRING = 'expiring';

    /** Those that a token can be in, the healthy first. */
    public const ALL = [self::LONG_LIVED, self::SHORT_LIVED, self::EXPIRING, self::EXPIRED, self::REVOKED];

    private function __construct()
    {
    }
}
