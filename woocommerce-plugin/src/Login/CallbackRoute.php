<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Settings\Settings;

/**
 * `/leadtap/callback/`: where Instagram sends the shopper back to. The second
 * of a login's two calls. A reload gets the same answer again.
 */
final class CallbackRoute implements Route
{
    public const NAME = 'callback';

    private Settings $settings;

    private Gateway $gateway;

    private FlowCookies $flows;

    private ReturnTo $returnTo;

    private Landing $landing;

    private Arrival $arrival;

    private Patience $patience;

    private Responder $responder;

    private Log $log;

    public function __construct(
        Settings $settings,
        Gateway $gateway,
        FlowCookies $flows,
        ReturnTo $returnTo,
        Landing $landing,
        Arrival $arrival,
        Patience $patience,
        Responder $responder,
        Log $log
    ) {
        $this->settings = $settings;
        $this->gateway = $gateway;
        $this->flows = $flows;
        $this->returnTo = $returnTo;
        $this->landing = $landing;
        $this->arrival = $arrival;
        $this->patience = $patience;
        $this->responder = $responder;
        $this->log = $log;
    }

    public function isOpen(): bool
    {
        return $this->settings->isEnabled();
    }

    public function handle(): void
    {
        if (Request::server('REQUEST_METHOD') !== 'GET') {
            $this->responder->page(405, '');

            return;
        }
        $flow = $this->flow();
        if ($flow === null) {
            $this->sayWhyThereIsNone();

            return;
        }
        $query = Request::query(Landing::AGAIN) !== '' ? $flow->callbackQuery : Request::server('QUERY_STRING');
        try {
            $finished = $this->gateway->completeLogin($query, $flow->secret());
        } catch (GatewayFailure $failure) {
            $this->log->warning('A login with Instagram did not finish: ' . $failure->getMessage(), $failure->facts());
            $this->patience->tell($failure, $flow, $query);

            return;
        }
        if ($finished->person === null) {
            $this->log->info('Instagram or the shopper declined a login.', ['because' => substr($finished->declinedBecause, 0, 64)]);
            $this->flows->forget($flow);
            $this->landing->tell(Outcomes::ofDeclined($finished->declinedBecause), $flow->place, $flow->returnTo);

            return;
        }
        $this->arrival->receive($finished->person, $flow);
    }

    /** By the state that came back, or by the login that is to be tried again. */
    private function flow(): ?Flow
    {
        $again = Request::query(Landing::AGAIN);
        $flow = $this->flows->read($again !== '' ? $again : Flow::idOfState(Request::query('state')));

        // What is to be tried again must have come back before.
        return $flow !== null && $again !== '' && $flow->callbackQuery === '' ? null : $flow;
    }

    private function sayWhyThereIsNone(): void
    {
        $newest = $this->flows->newest();
        $place = $newest->place ?? 'other';
        $returnTo = $newest->returnTo ?? '';
        if (is_user_logged_in()) {
            // A reload of a login that is done, or the Back button.
            $this->responder->redirect($this->returnTo->url($this->returnTo->orAccount($returnTo)));
        } elseif (Request::query('error') !== '' && Request::query('state') === '') {
            $because = Request::query('error_reason') ?: Request::query('error');
            $this->landing->tell(Outcomes::ofDeclined($because), $place, $returnTo);
        } elseif (!$this->flows->browserKeepsCookies()) {
            $this->landing->tell(Outcomes::COOKIES, $place, $returnTo);
        } else {
            $this->landing->tell(Outcomes::OTHER_BROWSER, $place, $returnTo);
        }
    }
}
