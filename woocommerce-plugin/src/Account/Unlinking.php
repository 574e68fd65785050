<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

/** Takes Instagram off an account, and locks nobody out: who has no password sets one first. */
class Unlinking
{
    private LinkedAccounts $accounts;

    private Passwords $passwords;

    public function __construct(LinkedAccounts $accounts, Passwords $passwords)
    {
        $this->accounts = $accounts;
        $this->passwords = $passwords;
    }

    /** @return string|null what is wrong; null: it is unlinked */
    public function unlink(
        \WP_User $user,
        #[\SensitiveParameter]
        string $password,
        #[\SensitiveParameter]
        string $again
    ): ?string {
        if ($this->accounts->of($user->ID) === null) {
            return null;
        }
        if (!$this->passwords->has($user->ID)) {
            $problem = self::problemOf($password, $again) ?? self::set($user, $password);
            if ($problem !== null) {
                return $problem;
            }
        }
        $this->accounts->unlink($user->ID);

        return null;
    }

    private static function problemOf(
        #[\SensitiveParameter]
        string $password,
        #[\SensitiveParameter]
        string $again
    ): ?string {
        if ($password === '') {
            return __('Your account has no password yet. Set one first, so that you can still log in.', 'leadtap');
        }
        if (mb_strlen($password) < Passwords::MIN_CHARACTERS) {
            /* translators: %d: a number of characters */
            return sprintf(__('Please choose a password of at least %d characters.', 'leadtap'), Passwords::MIN_CHARACTERS);
        }

        return $password === $again ? null : __('The two passwords are not the same.', 'leadtap');
    }

    /** Also ends the account's other sessions, and keeps this one. */
    private static function set(
        \WP_User $user,
        #[\SensitiveParameter]
        string $password
    ): ?string {
        $saved = wp_update_user(['ID' => $user->ID, 'user_pass' => $password]);

        return is_wp_error($saved) ? wp_strip_all_tags($saved->get_error_message()) : null;
    }
}
