<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Log\Log;

/** Logs in the one user whom the Instagram ids belong to. */
class SignIn
{
    private RolePolicy $policy;

    private Log $log;

    public function __construct(RolePolicy $policy, Log $log)
    {
        $this->policy = $policy;
        $this->log = $log;
    }

    /**
     * @return string|null null: logged in; else which {@see Outcomes} it came to
     */
    public function signIn(\WP_User $user): ?string
    {
        if (!$this->policy->allows($user)) {
            $this->log->warning('A user whose roles may not log in with Instagram was refused.', ['user.id' => $user->ID]);

            return Outcomes::STAFF;
        }
        if (!$this->mayEnter($user)) {
            $this->log->warning('A user whom another plugin or the network blocks was refused.', ['user.id' => $user->ID]);

            return Outcomes::BLOCKED;
        }
        if (get_current_user_id() !== $user->ID) {
            // In the shopper's own session, so that WooCommerce merges the cart.
            wc_set_customer_auth_cookie($user->ID);
            do_action('wp_login', $user->user_login, $user);
        }

        return null;
    }

    /** Plugins that ban or await approval say so here, as for a login by password. */
    private function mayEnter(\WP_User $user): bool
    {
        $checked = apply_filters('wp_authenticate_user', $user, '');
        if ($checked instanceof \WP_User && is_multisite()) {
            $checked = wp_authenticate_spam_check($checked);
        }

        return $checked instanceof \WP_User && $checked->ID === $user->ID;
    }
}
