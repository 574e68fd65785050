<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Gateway\Person;

/** Whether somebody new may get an account. */
class Newcomers
{
    /** Under WooCommerce > Settings > Accounts & Privacy; what is not there is off, as for WooCommerce. */
    private const OPTIONS = ['woocommerce_enable_myaccount_registration', 'woocommerce_enable_signup_and_login_from_checkout'];

    public function mayRegister(Person $person): bool
    {
        /**
         * Filters whether somebody new may get an account by Instagram, as for a shop for members only.
         *
         * @param bool   $allowed whether the shop makes accounts on My account or at the checkout
         * @param Person $person
         */
        return (bool) apply_filters('leadtap_may_register', self::areWelcome(), $person);
    }

    /** Whether the shop makes accounts anywhere. */
    public static function areWelcome(): bool
    {
        foreach (self::OPTIONS as $option) {
            if (get_option($option) === 'yes') {
                return true;
            }
        }

        return false;
    }
}
