<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\Flow;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\Request;

/** What the finish page's forms ask for. Each step answers, or says what is wrong and the page is shown again. */
class FinishSteps
{
    public const FORM = 'finish';

    public const CREATE = 'create';
    public const PASSWORD = 'password';
    public const MAIL = 'mail';
    public const OTHER_EMAIL = 'other';

    /** More than anybody mistypes; then the login begins anew. */
    private const MOST_ATTEMPTS = 20;

    /** For one Instagram account, over all its logins: more than anybody mistypes, and too few to ask who has an account. */
    private const ADDRESSES_A_DAY = 30;

    private PendingStore $store;

    private RateLimit $limit;

    private Registration $registration;

    private Ownership $ownership;

    private ExistingAccount $existing;

    private Landing $landing;

    public function __construct(
        PendingStore $store,
        RateLimit $limit,
        Registration $registration,
        Ownership $ownership,
        ExistingAccount $existing,
        Landing $landing
    ) {
        $this->store = $store;
        $this->limit = $limit;
        $this->registration = $registration;
        $this->ownership = $ownership;
        $this->existing = $existing;
        $this->landing = $landing;
    }

    /** @return list<string>|null what is wrong, where the page is shown again; null: the request is answered */
    public function take(Flow $flow, Pending $pending): ?array
    {
        if (!$flow->isFormToken(self::FORM, Request::form('leadtap_token'))) {
            return [__('This form was not sent from here. Please send it again.', 'leadtap')];
        }
        if (++$pending->attempts > self::MOST_ATTEMPTS) {
            $this->store->forget($flow);
            $this->landing->tell(Outcomes::EXPIRED, $pending->place, $pending->returnTo);

            return null;
        }
        $errors = $this->step($flow, $pending);
        if ($errors !== null) {
            $this->store->keep($flow, $pending);
        }

        return $errors;
    }

    /** @return list<string>|null */
    private function step(Flow $flow, Pending $pending): ?array
    {
        switch (Request::form('leadtap_step')) {
            case self::PASSWORD:
                return $this->byPassword($flow, $pending);
            case self::MAIL:
                return $this->ownership->mailKey($flow, $pending);
            case self::OTHER_EMAIL:
                $pending->claim(0);

                return [];
            default:
                return $this->register($pending);
        }
    }

    /** @return list<string>|null */
    private function register(Pending $pending): ?array
    {
        if (!$this->limit->allows('address|' . $pending->person->ids->scopedId(), self::ADDRESSES_A_DAY, 86400)) {
            return [__('Too many attempts. Please try again tomorrow, or register here without Instagram.', 'leadtap')];
        }

        return $this->registration->take($pending);
    }

    /** @return list<string>|null */
    private function byPassword(Flow $flow, Pending $pending): ?array
    {
        // With the slashes that WordPress puts there: so it takes passwords everywhere.
        $password = $_POST['leadtap_password'] ?? '';
        $owner = $this->ownership->byPassword($pending, is_string($password) ? $password : '');
        if (is_string($owner)) {
            return [$owner];
        }
        $this->existing->linkByPassword($owner, $flow, $pending);

        return null;
    }
}
