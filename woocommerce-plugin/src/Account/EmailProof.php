<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

/** Whether a user proved to own the e-mail address of the account. Another address begins unproven. */
class EmailProof
{
    /** Seconds since 1970; null: not proven. */
    public function verifiedTime(\WP_User $user): ?int
    {
        $kept = get_user_meta($user->ID, MetaKeys::emailProof(), true);
        $isOfThis = is_array($kept) && isset($kept['email'], $kept['time'])
            && hash_equals(strtolower((string) $kept['email']), strtolower($user->user_email));

        return $isOfThis ? (int) $kept['time'] : null;
    }

    public function prove(\WP_User $user, int $time): void
    {
        update_user_meta($user->ID, MetaKeys::emailProof(), ['email' => $user->user_email, 'time' => $time]);
        delete_user_meta($user->ID, MetaKeys::emailRequest());
        /**
         * After a customer proved to own the e-mail address of the account, by the link that was mailed to it.
         *
         * @param \WP_User $user
         */
        do_action('leadtap_email_verified', $user);
    }
}
