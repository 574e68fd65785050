<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\LockBusy;
use Leadtap\WooCommerce\Log\Log;

/** Logs in the one user whom the Instagram ids belong to. */
class SignIn
{
    private RolePolicy $policy;

    private Lock $lock;

    private Log $log;

    public function __construct(RolePolicy $policy, Lock $lock, Log $log)
    {
        $this->policy = $policy;
        $this->lock = $lock;
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
        if (get_current_user_id() === $user->ID) {
            return null;
        }
        try {
            $this->lock->hold("sign-in|{$user->ID}", static fn () => self::begin($user));
        } catch (LockBusy $busy) {
            return Outcomes::BUSY;
        }
        do_action('wp_login', $user->user_login, $user);

        return null;
    }

    /**
     * In the shopper's own session, so that WooCommerce merges the cart. WordPress keeps a user's sessions in one value,
     * which it reads and writes in two steps: of two requests at once the later would drop the earlier's session, and
     * the browser could be left with that one. So they take turns, and each reads what is there now.
     */
    private static function begin(\WP_User $user): void
    {
        wp_cache_delete($user->ID, 'user_meta');
        wc_set_customer_auth_cookie($user->ID);
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
