<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Log\Log;

/**
 * Ends every way into an account but its e-mail address and Instagram. WooCommerce asks nobody who registers for proof
 * of the address, so the password and the sessions of an account can be a stranger's who gave the shopper's address.
 */
class OtherWaysIn
{
    private Mailer $mailer;

    private Log $log;

    public function __construct(Mailer $mailer, Log $log)
    {
        $this->mailer = $mailer;
        $this->log = $log;
    }

    /** Nobody is locked out: "Lost your password?" sets a new one, which the e-mail says. */
    public function end(\WP_User $user): void
    {
        wp_set_password(wp_generate_password(40, true, true), $user->ID);
        update_user_meta($user->ID, MetaKeys::noPassword(), '1');
        \WP_Session_Tokens::get_instance($user->ID)->destroy_all();
        \WP_Application_Passwords::delete_all_application_passwords($user->ID);
        $this->mailer->passwordEnded($user->user_email, wp_lostpassword_url());
        $this->log->info('An address was proven for the first time: password and sessions of before were ended.', ['user.id' => $user->ID]);
    }
}
