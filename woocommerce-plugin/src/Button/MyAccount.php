<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Button;

use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Settings\Placements;
use Leadtap\WooCommerce\Settings\Settings;

/** Below the two forms of My account. Both hooks are inside a form, in which a link is all that may stand. */
final class MyAccount implements Module
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
        if (!$this->settings->isEnabled()) {
            return;
        }
        add_action('woocommerce_login_form_start', [$this, 'printRedirect']);
        if ($this->settings->shows(Placements::ACCOUNT_LOGIN)) {
            add_action('woocommerce_login_form_end', [$this, 'printAtLogin']);
        }
        if ($this->settings->shows(Placements::ACCOUNT_REGISTRATION)) {
            add_action('woocommerce_register_form_end', [$this, 'printAtRegistration']);
        }
    }

    /**
     * Who came from the checkout and logs in by password after all goes back there too. And below the sentence of how a
     * login ended: without an address of ours WooCommerce goes back to the page's own, which would say it again.
     */
    public function printRedirect(): void
    {
        $target = is_account_page() ? $this->target() : '';
        if ($target === '' && is_account_page() && Outcomes::isKnown(Request::query(Outcomes::PARAMETER))) {
            $target = $this->returnTo->orAccount('');
        }
        if ($target !== '') {
            echo '<input type="hidden" name="redirect" value="' . esc_url($this->returnTo->url($target)) . '">';
        }
    }

    public function printAtLogin(): void
    {
        // The classic checkout has this form too, hidden, and the button above it.
        if (is_account_page()) {
            echo $this->view->html(Placements::ACCOUNT_LOGIN, $this->target(), ButtonView::OR_ABOVE);
        }
    }

    public function printAtRegistration(): void
    {
        echo $this->view->html(Placements::ACCOUNT_REGISTRATION, $this->target(), ButtonView::OR_ABOVE);
    }

    /** The block checkout's own "Log in" asks to come back. */
    private function target(): string
    {
        return $this->returnTo->valid(Request::query('redirect_to')) ?? '';
    }
}
