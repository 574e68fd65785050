<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Settings\Settings;

/** What somebody new typed on the finish page. */
class Entry
{
    /** The columns of WordPress's table of users. */
    private const MAX_EMAIL_BYTES = 100;
    private const MAX_NAME_CHARACTERS = 100;

    private Settings $settings;

    private Clock $clock;

    public function __construct(Settings $settings, Clock $clock)
    {
        $this->settings = $settings;
        $this->clock = $clock;
    }

    /** @return list<string> what is wrong; what was typed is on `$pending` all the same */
    public function read(Pending $pending): array
    {
        $typed = trim(Request::form('email'));
        $email = sanitize_email($typed);
        $isEmail = is_email($email) && strlen($email) <= self::MAX_EMAIL_BYTES;
        // What is none is shown again, to be corrected, and goes nowhere else.
        $pending->enteredEmail = $isEmail ? $email : mb_substr(sanitize_text_field($typed), 0, self::MAX_EMAIL_BYTES);
        $pending->enteredName = mb_substr(sanitize_text_field(Request::form('leadtap_name')), 0, self::MAX_NAME_CHARACTERS);
        $this->readConsent($pending);
        $errors = [];
        if (!$isEmail) {
            $errors[] = __('Please enter a valid email address.', 'leadtap');
        }
        if ($this->asksForTerms() && Request::form('leadtap_terms') === '') {
            $errors[] = __('Please read and accept the terms and conditions.', 'leadtap');
        }
        if ($this->settings->isConsentRequired() && $pending->consentVersion === '') {
            $errors[] = __('Please agree to the text at the checkbox.', 'leadtap');
        }

        return $errors;
    }

    /** Where the shop has a page of terms, as at its checkout. */
    public function asksForTerms(): bool
    {
        return wc_terms_and_conditions_page_id() > 0 && wc_get_terms_and_conditions_checkbox_text() !== '';
    }

    private function readConsent(Pending $pending): void
    {
        $agreed = $this->settings->asksForConsent() && Request::form('leadtap_consent') !== '';
        // The version that was shown, which the admin may have changed since.
        $shown = Request::form('leadtap_consent_version');
        $isCurrent = $agreed && hash_equals($this->settings->consentVersion(), $shown);
        $pending->consentVersion = $isCurrent ? $shown : '';
        $pending->consentTime = $isCurrent ? $this->clock->now() : 0;
    }
}
