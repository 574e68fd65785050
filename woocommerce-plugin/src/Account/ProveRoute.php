<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\FlowCookies;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Templates;

/**
 * `?leadtap=prove`: the link that was mailed to an existing account. It works
 * once, and in the browser that came back from Instagram alone: whoever can read
 * the e-mail but did not tap the button links nothing, nor the other way round.
 */
final class ProveRoute implements Route
{
    public const NAME = 'prove';

    private Settings $settings;

    private FlowCookies $flows;

    private PendingStore $store;

    private Ownership $ownership;

    private ExistingAccount $existing;

    private AccountPage $page;

    private Templates $templates;

    private Landing $landing;

    public function __construct(
        Settings $settings,
        FlowCookies $flows,
        PendingStore $store,
        Ownership $ownership,
        ExistingAccount $existing,
        AccountPage $page,
        Templates $templates,
        Landing $landing
    ) {
        $this->settings = $settings;
        $this->flows = $flows;
        $this->store = $store;
        $this->ownership = $ownership;
        $this->existing = $existing;
        $this->page = $page;
        $this->templates = $templates;
        $this->landing = $landing;
    }

    public function isOpen(): bool
    {
        return $this->settings->isEnabled();
    }

    public function handle(): void
    {
        $flow = $this->flows->read(Request::query('flow'));
        $pending = $flow === null ? null : $this->store->find($flow);
        $owner = $pending === null ? null : $this->ownership->byKey($pending, Request::query('key'));
        if (is_user_logged_in()) {
            $this->landing->tell(Outcomes::ALREADY_IN, $flow->place ?? 'other', $flow->returnTo ?? '');
        } elseif ($flow === null || $pending === null || $owner === null) {
            $this->landing->tell(Outcomes::MAIL_LINK_OVER, $flow->place ?? 'other', $flow->returnTo ?? '');
        } elseif (!Request::isPost()) {
            // Browsers and programs that look ahead open links, and press nothing.
            $this->page->show(__('Link Instagram to your account', 'leadtap'), fn (): string => $this->templates->html('mailed', [
                'email' => $owner->user_email,
                'username' => $pending->person->username,
                'ends_password' => $this->existing->isTakeover($owner),
            ]));
        } else {
            $this->existing->linkByMail($owner, $flow, $pending);
        }
    }
}
