<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\LockBusy;
use Leadtap\WooCommerce\Login\Entrance;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\Outcomes;

/** Makes the account of somebody new, once, however often the form is sent. */
class Registration
{
    private LinkedAccounts $accounts;

    private Entry $entry;

    private Newcomers $newcomers;

    private NewCustomer $newCustomer;

    private EmailConfirmation $confirmation;

    private Consents $consents;

    private LeadSync $sync;

    private Lock $lock;

    private Entrance $entrance;

    private Landing $landing;

    public function __construct(
        LinkedAccounts $accounts,
        Entry $entry,
        Newcomers $newcomers,
        NewCustomer $newCustomer,
        EmailConfirmation $confirmation,
        Consents $consents,
        LeadSync $sync,
        Lock $lock,
        Entrance $entrance,
        Landing $landing
    ) {
        $this->accounts = $accounts;
        $this->entry = $entry;
        $this->newcomers = $newcomers;
        $this->newCustomer = $newCustomer;
        $this->confirmation = $confirmation;
        $this->consents = $consents;
        $this->sync = $sync;
        $this->lock = $lock;
        $this->entrance = $entrance;
        $this->landing = $landing;
    }

    /** @return list<string>|null what is wrong, or nothing where proof is asked for next; null: the request is answered */
    public function take(Pending $pending): ?array
    {
        $errors = $this->entry->read($pending);
        if ($errors !== []) {
            return $errors;
        }
        try {
            $user = $this->lock->hold('finish|' . $pending->person->ids->scopedId(), fn () => $this->userOf($pending));
        } catch (LockBusy $busy) {
            return [__('Your account is being made already. Please wait a moment and send this again.', 'leadtap')];
        }
        if ($user === null) {
            return [];
        }
        if (is_string($user)) {
            $this->landing->tell($user, $pending->place, $pending->returnTo);

            return null;
        }
        if (is_wp_error($user)) {
            return array_values(array_map('wp_strip_all_tags', $user->get_error_messages()));
        }
        $this->sync->now($user->ID);
        $this->entrance->enter(
            $user,
            $pending->place,
            $pending->returnTo,
            __('Welcome! Your account is ready. We sent you an email: please confirm your address with the link in it.', 'leadtap')
        );

        return null;
    }

    /**
     * @return \WP_User|\WP_Error|string|null the account; why there is none, in words or as one of {@see Outcomes}; null: the
     *                                        address has an account, whose owner is asked for proof
     */
    private function userOf(Pending $pending)
    {
        $done = $this->accounts->userFor($pending->person->ids);
        if ($done !== null) {
            // The first of two clicks made it.
            return $done;
        }
        if ($this->accounts->isTaken($pending->person->ids)) {
            // More than one user has it.
            return Outcomes::TAKEN;
        }
        $owner = get_user_by('email', $pending->enteredEmail);
        $pending->claim($owner instanceof \WP_User ? $owner->ID : 0);
        if ($owner instanceof \WP_User) {
            // Never logged in and never linked because of an address.
            return null;
        }
        if (!$this->newcomers->mayRegister($pending->person)) {
            // The shop closed while the form was open.
            return Outcomes::CLOSED;
        }
        $user = $this->newCustomer->create($pending->enteredEmail, $pending->enteredName, $pending->person);
        if (is_wp_error($user)) {
            return $user;
        }
        if ($this->accounts->link($user, $pending->person) !== null) {
            // Somebody linked the same Instagram account to another user just now.
            $this->newCustomer->undo($user);

            return Outcomes::TAKEN;
        }
        $this->consents->keepOf($pending, $user);
        $this->confirmation->send($user);
        /**
         * After a customer was made who came with Instagram, and before the customer is logged in.
         *
         * @param \WP_User                            $user
         * @param \Leadtap\WooCommerce\Gateway\Person $person
         */
        do_action('leadtap_customer_created', $user, $pending->person);

        return $user;
    }
}
