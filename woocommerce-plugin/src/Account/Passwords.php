<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;

/** Knows who never had a password, and what a password that was set by e-mail means. */
class Passwords implements Module
{
    /** Shorter ones are guessed. */
    public const MIN_CHARACTERS = 10;

    private LinkedAccounts $accounts;

    private EmailProof $proof;

    private Clock $clock;

    private Log $log;

    public function __construct(LinkedAccounts $accounts, EmailProof $proof, Clock $clock, Log $log)
    {
        $this->accounts = $accounts;
        $this->proof = $proof;
        $this->clock = $clock;
        $this->log = $log;
    }

    public function register(): void
    {
        // Not `after_password_reset`, which WooCommerce's own form does not fire before 10.9. The password is set right
        // after this one, and with it every session ends.
        add_action('password_reset', [$this, 'onReset']);
        add_action('profile_update', [$this, 'afterChange'], 10, 2);
    }

    public function has(int $userId): bool
    {
        return get_user_meta($userId, MetaKeys::noPassword(), true) === '';
    }

    /**
     * Whoever sets a password by e-mail owns the address. Where that was never proven before, the account may have
     * been made by somebody else with that address, so the Instagram account that was linked until now goes.
     */
    public function onReset(\WP_User $user): void
    {
        if ($this->proof->verifiedTime($user) === null && $this->accounts->unlinkEverywhere($user->ID)) {
            $this->proof->prove($user, $this->clock->now());
            $this->log->info('A password was set by e-mail before the address was proven: Instagram was unlinked.', ['user.id' => $user->ID]);
        }
        delete_user_meta($user->ID, MetaKeys::noPassword());
    }

    /** @param \WP_User|object $before */
    public function afterChange(int $userId, $before): void
    {
        $user = get_userdata($userId);
        if ($user instanceof \WP_User && $user->user_pass !== $before->user_pass) {
            delete_user_meta($userId, MetaKeys::noPassword());
        }
    }
}
