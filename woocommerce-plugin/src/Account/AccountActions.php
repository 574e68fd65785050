<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\Departure;
use Leadtap\WooCommerce\Login\Flow;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Login\RolePolicy;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;

/** `?leadtap=account`: the forms under My account > account details. For the one who is logged in, about themselves. */
final class AccountActions implements Route
{
    public const NAME = 'account';
    public const NONCE = 'leadtap_account';

    public const LINK = 'link';
    public const UNLINK = 'unlink';
    public const CONFIRM = 'confirm';

    private Settings $settings;

    private RolePolicy $policy;

    private Departure $departure;

    private Unlinking $unlinking;

    private EmailConfirmation $confirmation;

    private ReturnTo $returnTo;

    private Landing $landing;

    private Urls $urls;

    private Responder $responder;

    public function __construct(
        Settings $settings,
        RolePolicy $policy,
        Departure $departure,
        Unlinking $unlinking,
        EmailConfirmation $confirmation,
        ReturnTo $returnTo,
        Landing $landing,
        Urls $urls,
        Responder $responder
    ) {
        $this->settings = $settings;
        $this->policy = $policy;
        $this->departure = $departure;
        $this->unlinking = $unlinking;
        $this->confirmation = $confirmation;
        $this->returnTo = $returnTo;
        $this->landing = $landing;
        $this->urls = $urls;
        $this->responder = $responder;
    }

    public function isOpen(): bool
    {
        return $this->settings->isEnabled();
    }

    public function handle(): void
    {
        $user = wp_get_current_user();
        if (!$user->exists() || !Request::isPost()) {
            $this->responder->redirect($this->urls->account());

            return;
        }
        if (!wp_verify_nonce(Request::form('_wpnonce'), self::NONCE)) {
            $this->back(__('This form is too old. Please try again.', 'leadtap'), 'error');

            return;
        }
        switch (Request::form('leadtap_do')) {
            case self::LINK:
                $this->link($user);
                break;
            case self::UNLINK:
                $this->unlink($user);
                break;
            default:
                $this->sendConfirmation($user);
        }
    }

    private function link(\WP_User $user): void
    {
        $returnTo = $this->returnTo->orAccount($this->urls->accountDetails());
        if ($this->policy->allows($user)) {
            $this->departure->leave(Flow::LINK, $user->ID, Landing::ACCOUNT_DETAILS, $returnTo);
        } else {
            $this->landing->tell(Outcomes::STAFF, Landing::ACCOUNT_DETAILS, $returnTo);
        }
    }

    private function unlink(\WP_User $user): void
    {
        // With the slashes that WordPress puts there: so it takes passwords everywhere.
        $password = $_POST['leadtap_password'] ?? '';
        $again = $_POST['leadtap_password_again'] ?? '';
        $problem = $this->unlinking->unlink($user, is_string($password) ? $password : '', is_string($again) ? $again : '');
        if ($problem !== null) {
            $this->back($problem, 'error');
        } else {
            $this->back(__('Instagram is no longer linked to your account.', 'leadtap'), 'success');
        }
    }

    private function sendConfirmation(\WP_User $user): void
    {
        if ($this->confirmation->send($user)) {
            $this->back(__('We sent you an email. Please open the link in it.', 'leadtap'), 'success');
        } else {
            $this->back(__('No email was sent: your address is confirmed already, or we sent several just now.', 'leadtap'), 'notice');
        }
    }

    private function back(string $sentence, string $type): void
    {
        wc_add_notice($sentence, $type);
        $this->responder->redirect($this->urls->accountDetails());
    }
}
