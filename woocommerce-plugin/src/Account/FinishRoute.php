<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\Entrance;
use Leadtap\WooCommerce\Login\Flow;
use Leadtap\WooCommerce\Login\FlowCookies;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;

/** The one short step for who is new: on My account, for the browser that came back alone. */
final class FinishRoute implements Route
{
    public const NAME = 'finish';

    private Settings $settings;

    private FlowCookies $flows;

    private PendingStore $store;

    private LinkedAccounts $accounts;

    private FinishSteps $steps;

    private FinishForm $form;

    private Landing $landing;

    private Entrance $entrance;

    public function __construct(
        Settings $settings,
        FlowCookies $flows,
        PendingStore $store,
        LinkedAccounts $accounts,
        FinishSteps $steps,
        FinishForm $form,
        Landing $landing,
        Entrance $entrance
    ) {
        $this->settings = $settings;
        $this->flows = $flows;
        $this->store = $store;
        $this->accounts = $accounts;
        $this->steps = $steps;
        $this->form = $form;
        $this->landing = $landing;
        $this->entrance = $entrance;
    }

    /** @return array<string, string> of the page's address; no secret: the cookie is the key */
    public static function arguments(Flow $flow): array
    {
        return [Urls::PARAMETER => self::NAME, 'flow' => $flow->id];
    }

    public function isOpen(): bool
    {
        return $this->settings->isEnabled();
    }

    public function handle(): void
    {
        $flow = $this->flows->read(Request::query('flow'));
        $pending = $flow === null ? null : $this->store->find($flow);
        if ($flow === null || $pending === null) {
            $outcome = $flow === null && $this->flows->browserKeepsCookies() ? Outcomes::OTHER_BROWSER : Outcomes::EXPIRED;
            $this->landing->tell($outcome, $flow->place ?? 'other', $flow->returnTo ?? '');

            return;
        }
        if ($this->isDone($flow, $pending)) {
            return;
        }
        $errors = Request::isPost() ? $this->steps->take($flow, $pending) : [];
        // Steps that are through have answered.
        if ($errors !== null) {
            $this->form->show($flow, $pending, $errors);
        }
    }

    /** A double click, a second tab or the Back button after all was done: whoever has the ids is logged in, once. */
    private function isDone(Flow $flow, Pending $pending): bool
    {
        $user = $this->accounts->userFor($pending->person->ids);
        if (is_user_logged_in() && ($user === null || $user->ID !== get_current_user_id())) {
            $this->landing->tell(Outcomes::ALREADY_IN, $pending->place, $pending->returnTo);

            return true;
        }
        if ($user === null) {
            return false;
        }
        $this->entrance->enter($user, $pending->place, $pending->returnTo);

        return true;
    }
}
