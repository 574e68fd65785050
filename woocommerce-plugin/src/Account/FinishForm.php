<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\Flow;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Templates;

/** Shows the finish page: the short form, or the two ways to prove an account. */
class FinishForm
{
    private Settings $settings;

    private Entry $entry;

    private Ownership $ownership;

    private AccountPage $page;

    private Templates $templates;

    private Landing $landing;

    private Urls $urls;

    public function __construct(
        Settings $settings,
        Entry $entry,
        Ownership $ownership,
        AccountPage $page,
        Templates $templates,
        Landing $landing,
        Urls $urls
    ) {
        $this->settings = $settings;
        $this->entry = $entry;
        $this->ownership = $ownership;
        $this->page = $page;
        $this->templates = $templates;
        $this->landing = $landing;
        $this->urls = $urls;
    }

    /** @param list<string> $errors */
    public function show(Flow $flow, Pending $pending, array $errors): void
    {
        $isProof = $this->ownership->claimed($pending) !== null;
        $title = $isProof ? __('Is this account yours?', 'leadtap') : __('One last step', 'leadtap');
        $values = [
            'errors' => $errors,
            'action' => $this->urls->account(FinishRoute::arguments($flow)),
            'token' => $flow->formToken(FinishSteps::FORM),
            'email' => $pending->enteredEmail,
            'full_name' => $pending->enteredName !== '' ? $pending->enteredName : $pending->person->name,
            'username' => $pending->person->username,
            'other_way' => $this->landing->plainForm($pending->place, $pending->returnTo),
            'was_mailed' => $pending->mailedKeyHash !== '',
            'terms_text' => $this->entry->asksForTerms() ? wc_get_terms_and_conditions_checkbox_text() : '',
            'consent_text' => $this->settings->asksForConsent() ? $this->settings->consentText() : '',
            'consent_version' => $this->settings->consentVersion(),
            'consent_required' => $this->settings->isConsentRequired(),
            'consent_given' => $pending->consentVersion !== '',
        ];
        $this->page->show($title, fn (): string => $this->templates->html($isProof ? 'prove' : 'finish', $values));
    }
}
