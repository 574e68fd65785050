<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\Entrance;
use Leadtap\WooCommerce\Login\Flow;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\Login\RolePolicy;

/** Links an account whose owner gave proof, and lets them in. Answers the request. */
class ExistingAccount
{
    private LinkedAccounts $accounts;

    private RolePolicy $policy;

    private PendingStore $store;

    private Consents $consents;

    private LeadSync $sync;

    private Entrance $entrance;

    private Landing $landing;

    public function __construct(
        LinkedAccounts $accounts,
        RolePolicy $policy,
        PendingStore $store,
        Consents $consents,
        LeadSync $sync,
        Entrance $entrance,
        Landing $landing
    ) {
        $this->accounts = $accounts;
        $this->policy = $policy;
        $this->store = $store;
        $this->consents = $consents;
        $this->sync = $sync;
        $this->entrance = $entrance;
        $this->landing = $landing;
    }

    public function link(\WP_User $owner, Flow $flow, Pending $pending): void
    {
        $this->store->forget($flow);
        $owner = self::asMember($owner);
        $refused = $this->policy->allows($owner) ? $this->accounts->link($owner, $pending->person) : Outcomes::STAFF;
        if ($refused !== null) {
            $this->landing->tell($refused, $pending->place, $pending->returnTo);

            return;
        }
        $this->consents->keepOf($pending, $owner);
        $this->sync->now($owner->ID);
        $notice = __('Instagram is linked to your account: from now on you can log in with it.', 'leadtap');
        $this->entrance->enter($owner, $pending->place, $pending->returnTo, $notice);
    }

    /** An account of the network becomes a customer of this shop, as with WooCommerce's own login. */
    private static function asMember(\WP_User $owner): \WP_User
    {
        if (!is_multisite() || is_user_member_of_blog($owner->ID, get_current_blog_id())) {
            return $owner;
        }
        add_user_to_blog(get_current_blog_id(), $owner->ID, 'customer');
        $member = get_userdata($owner->ID);

        return $member instanceof \WP_User ? $member : $owner;
    }
}
