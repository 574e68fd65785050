<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Button;

use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Settings\Placements;
use Leadtap\WooCommerce\Settings\Settings;

/** Above the classic checkout: there it also shows where guests may not check out. */
final class ClassicCheckout implements Module
{
    private Settings $settings;

    private ButtonView $view;

    public function __construct(Settings $settings, ButtonView $view)
    {
        $this->settings = $settings;
        $this->view = $view;
    }

    public function register(): void
    {
        if ($this->settings->isEnabled() && $this->settings->shows(Placements::CLASSIC_CHECKOUT)) {
            add_action('woocommerce_before_checkout_form', [$this, 'print'], 5);
        }
    }

    public function print(): void
    {
        if (!is_user_logged_in()) {
            echo $this->view->html(Landing::CHECKOUT, is_singular() ? (string) get_permalink() : wc_get_checkout_url(), ButtonView::OR_BELOW);
        }
    }
}
