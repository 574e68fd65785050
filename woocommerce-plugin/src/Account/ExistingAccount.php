<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\LockBusy;
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

    private Lock $lock;

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
        Lock $lock,
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
        $this->lock = $lock;
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
        $this->link($owner, $flow, $pending, true);
    }

    /** Whether the address was not proven until now, so that all but its owner are to be shut out of the account. */
    public function isTakeover(\WP_User $owner): bool
    {
        return $this->proof->verifiedTime($owner) === null;
    }

    private function link(\WP_User $owner, Flow $flow, Pending $pending, bool $byMail): void
    {
        $this->store->forget($flow);
        $hasTakenOver = false;
        $work = function () use ($owner, $pending, $byMail, &$hasTakenOver): ?string {
            // Another click may have been through just now.
            wp_cache_delete($owner->ID, 'user_meta');
            $hasTakenOver = $byMail && $this->isTakeover($owner);

            return $hasTakenOver ? $this->takeOver($owner, $pending) : $this->linkKnown($owner, $pending);
        };
        $refused = $this->policy->allowsAsMember($owner) ? $this->alone($owner, $work) : Outcomes::STAFF;
        if ($refused !== null) {
            $this->landing->tell($refused, $pending->place, $pending->returnTo);

            return;
        }
        $owner = self::asMember($owner);
        $notice = __('Instagram is linked to your account: from now on you can log in with it.', 'leadtap');
        if ($hasTakenOver) {
            $notice .= ' ' . __('The old password of your account no longer works, as nobody had confirmed its email address before. “Lost your password?” sets a new one.', 'leadtap');
        }
        $this->entrance->enter($owner, $pending->place, $pending->returnTo, $notice);
    }

    /**
     * One after the other: the second of two clicks must not end the session that the first began.
     *
     * @param callable(): ?string $work
     */
    private function alone(\WP_User $owner, callable $work): ?string
    {
        try {
            return $this->lock->hold("prove|{$owner->ID}", $work);
        } catch (LockBusy $busy) {
            return Outcomes::BUSY;
        }
    }

    private function linkKnown(\WP_User $owner, Pending $pending): ?string
    {
        $refused = $this->accounts->link($owner, $pending->person);
        if ($refused === null) {
            $this->consents->keepOf($pending, $owner);
            $this->sync->now($owner->ID);
        }

        return $refused;
    }

    /** The link first: one that is refused ends nothing and proves nothing. */
    private function takeOver(\WP_User $owner, Pending $pending): ?string
    {
        $refused = $this->accounts->linkInstead($owner, $pending->person);
        if ($refused === null) {
            $this->consents->keepOf($pending, $owner);
            $this->otherWaysIn->end($owner);
            // The lead hears of all of it by the action that this fires.
            $this->proof->prove($owner, $this->clock->now());
        }

        return $refused;
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
