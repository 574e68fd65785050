<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Settings;

/** The places that can show the button by themselves. The shortcode and the block need no setting. */
final class Placements
{
    public const ACCOUNT_LOGIN = 'account_login';
    public const ACCOUNT_REGISTRATION = 'account_registration';
    public const CLASSIC_CHECKOUT = 'classic_checkout';
    public const BLOCK_CHECKOUT = 'block_checkout';
    public const WP_LOGIN = 'wp_login';

    public const ALL = [
        self::ACCOUNT_LOGIN,
        self::ACCOUNT_REGISTRATION,
        self::CLASSIC_CHECKOUT,
        self::BLOCK_CHECKOUT,
        self::WP_LOGIN,
    ];

    /** wp-login.php is where staff logs in, whom the plugin refuses by default. */
    public const DEFAULT = [
        self::ACCOUNT_LOGIN,
        self::ACCOUNT_REGISTRATION,
        self::CLASSIC_CHECKOUT,
        self::BLOCK_CHECKOUT,
    ];

    private function __construct()
    {
    }
}
