<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Settings\Settings;

/** Sends somebody who is logged in to where they go on. */
class Welcome
{
    private Settings $settings;

    private ReturnTo $returnTo;

    private Responder $responder;

    public function __construct(Settings $settings, ReturnTo $returnTo, Responder $responder)
    {
        $this->settings = $settings;
        $this->returnTo = $returnTo;
        $this->responder = $responder;
    }

    public function back(\WP_User $user, string $cameFrom): void
    {
        $path = $this->returnTo->valid($this->settings->redirect()) ?? $this->returnTo->orAccount($cameFrom);
        /**
         * Filters where a shopper goes on after a login with Instagram. What leads to another site is not followed.
         *
         * @param string   $url
         * @param \WP_User $user
         */
        $url = apply_filters('leadtap_login_redirect', $this->returnTo->url($path), $user);
        $path = $this->returnTo->valid($url) ?? $path;
        $this->responder->redirect($this->returnTo->url($path));
    }
}
