<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Templates;

/**
 * The link that was mailed to a new customer. Opening it asks; the button
 * confirms: programs that look through e-mails open links, and press nothing.
 */
final class ConfirmRoute implements Route
{
    public const NAME = 'confirm';

    private Settings $settings;

    private EmailConfirmation $confirmation;

    private AccountPage $page;

    private Templates $templates;

    private Urls $urls;

    private Responder $responder;

    public function __construct(
        Settings $settings,
        EmailConfirmation $confirmation,
        AccountPage $page,
        Templates $templates,
        Urls $urls,
        Responder $responder
    ) {
        $this->settings = $settings;
        $this->confirmation = $confirmation;
        $this->page = $page;
        $this->templates = $templates;
        $this->urls = $urls;
        $this->responder = $responder;
    }

    public function isOpen(): bool
    {
        return $this->settings->isEnabled();
    }

    public function handle(): void
    {
        if (Request::query('done') !== '') {
            $this->show('done', '');

            return;
        }
        $user = $this->confirmation->userOf((int) Request::query('user'), Request::query('key'));
        if ($user === null) {
            $this->show('over', '');
        } elseif (!Request::isPost()) {
            $this->show('ask', $user->user_email);
        } else {
            $this->confirmation->confirm($user);
            $this->responder->redirect($this->urls->account([Urls::PARAMETER => self::NAME, 'done' => '1']));
        }
    }

    private function show(string $view, string $email): void
    {
        $this->page->show(__('Your email address', 'leadtap'), fn (): string => $this->templates->html('confirm', [
            'view' => $view,
            'email' => $email,
            'account_url' => $this->urls->account(),
            'details_url' => $this->urls->accountDetails(),
        ]));
    }
}
