<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Module;

/** Ends this browser's logins under way with a logout: the Back button brings nobody in again. */
final class Logout implements Module
{
    private FlowCookies $flows;

    public function __construct(FlowCookies $flows)
    {
        $this->flows = $flows;
    }

    public function register(): void
    {
        add_action('wp_logout', [$this->flows, 'forgetAll']);
    }
}
