<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Account\LeadSync;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Gateway\Person;

/** A logged-in shopper came back to link Instagram to their own account. */
class LinkArrival
{
    private LinkedAccounts $accounts;

    private RolePolicy $policy;

    private LeadSync $sync;

    private Landing $landing;

    private Welcome $welcome;

    public function __construct(
        LinkedAccounts $accounts,
        RolePolicy $policy,
        LeadSync $sync,
        Landing $landing,
        Welcome $welcome
    ) {
        $this->accounts = $accounts;
        $this->policy = $policy;
        $this->sync = $sync;
        $this->landing = $landing;
        $this->welcome = $welcome;
    }

    public function receive(Person $person, Flow $flow): void
    {
        $refused = $this->refusal($person, $flow);
        if ($refused !== null) {
            $this->landing->tell($refused, $flow->place, $flow->returnTo);

            return;
        }
        wc_add_notice(__('Instagram is linked to your account: from now on you can log in with it.', 'leadtap'));
        $this->welcome->back(wp_get_current_user(), $flow->returnTo);
    }

    private function refusal(Person $person, Flow $flow): ?string
    {
        $user = wp_get_current_user();
        // The one who is logged in must be the one who asked, or somebody else's account would be linked.
        if (!$user->exists() || $user->ID !== $flow->userId) {
            return Outcomes::LINK_OTHER_USER;
        }
        if (!$this->policy->allows($user)) {
            return Outcomes::STAFF;
        }
        $refused = $this->accounts->link($user, $person);
        if ($refused === null) {
            $this->sync->now($user->ID);
        }

        return $refused;
    }
}
