<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Button;

use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Settings\Placements;
use Leadtap\WooCommerce\Settings\Settings;

/** On wp-login.php, where the admin wants it. */
final class WpLogin implements Module
{
    private Settings $settings;

    private ButtonView $view;

    private ReturnTo $returnTo;

    public function __construct(Settings $settings, ButtonView $view, ReturnTo $returnTo)
    {
        $this->settings = $settings;
        $this->view = $view;
        $this->returnTo = $returnTo;
    }

    public function register(): void
    {
        if ($this->settings->isEnabled() && $this->settings->shows(Placements::WP_LOGIN)) {
            add_action('login_form', [$this, 'print']);
        }
    }

    public function print(): void
    {
        // The small window over an admin page, in which a staff member's session is renewed.
        if (Request::query('interim-login') !== '') {
            return;
        }
        $target = $this->returnTo->valid(Request::query('redirect_to')) ?? '';
        echo $this->view->html(Landing::WP_LOGIN, $target);
    }
}
