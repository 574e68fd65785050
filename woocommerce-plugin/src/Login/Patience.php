<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;

/**
 * What to do where a login did not finish. The daemon goes on with what was
 * under way, so where Instagram is slow a page that waits asks it again; no
 * request of a shopper's holds a PHP process for longer than two seconds.
 */
final class Patience
{
    /** How often the page asks by itself: some 15 seconds in all, which is as long as the daemon takes at most. */
    private const MOST_TRIES = 5;

    private FlowCookies $flows;

    private Urls $urls;

    private Landing $landing;

    private Responder $responder;

    public function __construct(FlowCookies $flows, Urls $urls, Landing $landing, Responder $responder)
    {
        $this->flows = $flows;
        $this->urls = $urls;
        $this->landing = $landing;
        $this->responder = $responder;
    }

    public function tell(
        GatewayFailure $failure,
        Flow $flow,
        #[\SensitiveParameter]
        string $query
    ): void {
        $flow->callbackQuery = $query;
        // In the browser, not in the database: the code is a secret.
        $canGoOn = $failure->canRepeat() && $this->flows->keep($flow);
        if (!$canGoOn) {
            $this->landing->tell(Outcomes::ofFailure($failure), $flow->place, $flow->returnTo);

            return;
        }
        $tries = (int) Request::query('try');
        if ($failure->kind() === GatewayFailure::SLOW && $tries >= 0 && $tries < self::MOST_TRIES) {
            $again = $this->urls->link(CallbackRoute::NAME, [Landing::AGAIN => $flow->id, 'try' => (string) ($tries + 1)]);
            $this->responder->page(200, WaitingPage::html($again, $this->landing->plainForm($flow->place, $flow->returnTo)));

            return;
        }
        $this->landing->tell(Outcomes::ofFailure($failure), $flow->place, $flow->returnTo, $flow->id);
    }
}
