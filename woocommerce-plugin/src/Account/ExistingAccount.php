<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Clock;
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

    private EmailProof $proof;

    private OtherWaysIn $otherWaysIn;

    private PendingStore $store;

    private Consents $consents;

    private LeadSync $sync;

    private Entrance $entrance;

    private Landing $landing;

    private Clock $clock;

    public function __construct(
        LinkedAccounts $accounts,
        RolePolicy $policy,
        EmailProof $proof,
        OtherWaysIn $otherWaysIn,
        PendingStore $store,
        Consents $consents,
        LeadSync $sync,
        Entrance $entrance,
        Landing $landing,
        Clock $clock
    ) {
        $this->accounts = $accounts;
        $this->policy = $policy;
        $this->proof = $proof;
        $this->otherWaysIn = $otherWaysIn;
        $this->store = $store;
        $this->consents = $consents;
        $this->sync = $sync;
        $this->entrance = $entrance;
        $this->landing = $landing;
        $this->clock = $clock;
    }

    /** By the account's password: whoever has it is who made the account, or was told it. */
    public function linkByPassword(\WP_User $owner, Flow $flow, Pending $pending): void
    {
        $this->link($owner, $flow, $pending, false);
    }

    /** By the mailed link: whoever opens it owns the address. */
    public function linkByMail(\WP_User $owner, Flow $flow, Pending $pending): void
    {
        $this->link($owner, $flow, $pending, $this->isTakeover($owner));
    }

    /** Whether the address was not proven until now, so that all but its owner are to be shut out of the account. */
    public function isTakeover(\WP_User $owner): bool
    {
        return $this->proof->verifiedTime($owner) === null;
    }

    private function link(\WP_User $owner, Flow $flow, Pending $pending, bool $isTakeover): void
    {
        $this->store->forget($flow);
        $refused = $this->policy->allowsAsMember($owner) ? $this->linked($owner, $pending, $isTakeover) : Outcomes::STAFF;
        if ($refused !== null) {
            $this->landing->tell($refused, $pending->place, $pending->returnTo);

            return;
        }
        $owner = self::asMember($owner);
        $this->consents->keepOf($pending, $owner);
        $notice = __('Instagram is linked to your account: from now on you can log in with it.', 'leadtap');
        if ($isTakeover) {
            $this->otherWaysIn->end($owner);
            // The lead hears of it by the action that this fires.
            $this->proof->prove($owner, $this->clock->now());
            $notice .= ' ' . __('The old password of your account no longer works, as nobody had confirmed its email address before. “Lost your password?” sets a new one.', 'leadtap');
        } else {
            $this->sync->now($owner->ID);
        }
        $this->entrance->enter($owner, $pending->place, $pending->returnTo, $notice);
    }

    private function linked(\WP_User $owner, Pending $pending, bool $isTakeover): ?string
    {
        return $isTakeover ? $this->accounts->linkInstead($owner, $pending->person) : $this->accounts->link($owner, $pending->person);
    }

    /** An account of the network becomes a customer of this shop, as with WooCommerce's own login. */
    private static function asMember(\WP_User $owner): \WP_User
    {
        if (RolePolicy::isMember($owner)) {
            return $owner;
        }
        add_user_to_blog(get_current_blog_id(), $owner->ID, RolePolicy::NEWCOMER);
        $member = get_userdata($owner->ID);

        return $member instanceof \WP_User ? $member : $owner;
    }
}
