<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Button;

use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Settings\Placements;
use Leadtap\WooCommerce\Settings\Settings;

/**
 * Above the block checkout. None of the classic hooks fires there; in front of
 * the block, outside what its script renders, the button stays where it is and
 * also shows where guests may not check out.
 */
final class BlockCheckout implements Module
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
        if ($this->settings->isEnabled() && $this->settings->shows(Placements::BLOCK_CHECKOUT)) {
            add_filter('render_block_woocommerce/checkout', [$this, 'before']);
        }
    }

    public function before(string $block): string
    {
        // The pages after an order and for paying one have the same block in them, and their own ways to log in.
        return is_user_logged_in() || is_admin() || is_wc_endpoint_url()
            ? $block
            : $this->view->html(Landing::CHECKOUT, is_singular() ? (string) get_permalink() : wc_get_checkout_url(), ButtonView::OR_BELOW) . $block;
    }
}
