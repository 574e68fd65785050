<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Account\FinishRoute;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Account\Newcomers;
use Leadtap\WooCommerce\Account\Pending;
use Leadtap\WooCommerce\Account\PendingStore;
use Leadtap\WooCommerce\Gateway\Person;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;

/** Somebody came back from Instagram: known, new, or to be linked. Only the ids decide. */
final class Arrival
{
    private LinkedAccounts $accounts;

    private Newcomers $newcomers;

    private PendingStore $pending;

    private Entrance $entrance;

    private LinkArrival $linkArrival;

    private Landing $landing;

    private Urls $urls;

    private Responder $responder;

    private Log $log;

    public function __construct(
        LinkedAccounts $accounts,
        Newcomers $newcomers,
        PendingStore $pending,
        Entrance $entrance,
        LinkArrival $linkArrival,
        Landing $landing,
        Urls $urls,
        Responder $responder,
        Log $log
    ) {
        $this->accounts = $accounts;
        $this->newcomers = $newcomers;
        $this->pending = $pending;
        $this->entrance = $entrance;
        $this->linkArrival = $linkArrival;
        $this->landing = $landing;
        $this->urls = $urls;
        $this->responder = $responder;
        $this->log = $log;
    }

    public function receive(Person $person, Flow $flow): void
    {
        if ($flow->intent === Flow::LINK) {
            $this->linkArrival->receive($person, $flow);

            return;
        }
        $user = $this->accounts->userFor($person->ids);
        if (is_user_logged_in()) {
            $this->receiveLoggedIn($user, $flow);
        } elseif ($user === null) {
            $this->receiveNew($person, $flow);
        } else {
            $this->receiveKnown($user, $person, $flow);
        }
    }

    private function receiveNew(Person $person, Flow $flow): void
    {
        if (!$this->newcomers->mayRegister($person)) {
            $this->landing->tell(Outcomes::CLOSED, $flow->place, $flow->returnTo);

            return;
        }
        $this->pending->keep($flow, Pending::of($person, $flow));
        $this->responder->redirect($this->urls->account(FinishRoute::arguments($flow)));
    }

    private function receiveKnown(\WP_User $user, Person $person, Flow $flow): void
    {
        $this->accounts->refresh($user->ID, $person);
        $this->log->info('A customer came back with Instagram.', ['user.id' => $user->ID, 'lead.id' => $person->leadId]);
        $this->entrance->enter($user, $flow->place, $flow->returnTo);
    }

    /** A reload or another tab. Nobody is switched to another account, and nothing is linked, without being asked. */
    private function receiveLoggedIn(?\WP_User $user, Flow $flow): void
    {
        if ($user !== null && $user->ID === get_current_user_id()) {
            $this->entrance->enter($user, $flow->place, $flow->returnTo);
        } else {
            $this->landing->tell(Outcomes::ALREADY_IN, $flow->place, $flow->returnTo);
        }
    }
}
