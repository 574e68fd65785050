<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Button\Assets;
use Leadtap\WooCommerce\Login\RolePolicy;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Templates;

/** The section "Instagram" under My account > account details. */
final class AccountDetails implements Module
{
    private Settings $settings;

    private LinkedAccounts $accounts;

    private Passwords $passwords;

    private EmailProof $proof;

    private RolePolicy $policy;

    private Templates $templates;

    private Assets $assets;

    private Urls $urls;

    public function __construct(
        Settings $settings,
        LinkedAccounts $accounts,
        Passwords $passwords,
        EmailProof $proof,
        RolePolicy $policy,
        Templates $templates,
        Assets $assets,
        Urls $urls
    ) {
        $this->settings = $settings;
        $this->accounts = $accounts;
        $this->passwords = $passwords;
        $this->proof = $proof;
        $this->policy = $policy;
        $this->templates = $templates;
        $this->assets = $assets;
        $this->urls = $urls;
    }

    public function register(): void
    {
        if ($this->settings->isEnabled()) {
            // After the form, not in it: the section has forms of its own.
            add_action('woocommerce_after_edit_account_form', [$this, 'print']);
        }
    }

    public function print(): void
    {
        $user = wp_get_current_user();
        $link = $this->accounts->of($user->ID);
        if ($link === null && !$this->policy->allows($user)) {
            return;
        }
        $this->assets->enqueue();
        echo $this->templates->html('account-details', [
            'action' => $this->urls->link(AccountActions::NAME),
            'is_linked' => $link !== null,
            'username' => $link === null ? '' : $link->username,
            'needs_password' => !$this->passwords->has($user->ID),
            'min_characters' => Passwords::MIN_CHARACTERS,
            'is_unproven' => $link !== null && $this->proof->verifiedTime($user) === null,
            'email' => $user->user_email,
        ]);
    }
}
