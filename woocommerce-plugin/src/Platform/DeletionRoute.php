<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Platform;

use Leadtap\WooCommerce\Gateway\MetaCallbacks;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Privacy\Links;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\JsonResponder;
use Leadtap\WooCommerce\Routing\Urls;

/**
 * A person asked Meta for the deletion of their data: the daemon erases the
 * lead, and the shop forgets which account belonged to it. The account itself
 * and its orders did not come from Meta and stay.
 */
final class DeletionRoute extends CallbackRoute
{
    private MetaCallbacks $daemon;

    private Links $links;

    private Urls $urls;

    public function __construct(
        MetaCallbacks $daemon,
        Links $links,
        Urls $urls,
        JsonResponder $responder,
        Log $log,
        RateLimit $limit
    ) {
        parent::__construct($responder, $log, $limit);
        $this->daemon = $daemon;
        $this->links = $links;
        $this->urls = $urls;
    }

    protected function carryOut(SignedRequest $request): void
    {
        $receipt = $this->daemon->delete($request->text());
        foreach ($this->links->usersOf($request->userId()) as $user) {
            // The same request can come again, and the person can have come back meanwhile.
            if ($this->links->timeOf($user) <= $receipt->time) {
                $this->links->forget($user);
            }
        }
        $this->log->info('A deletion that Meta asked for was carried out.');
        $this->responder->json(200, [
            'url' => $receipt->url !== '' ? $receipt->url : $this->statusPage($receipt->code),
            'confirmation_code' => $receipt->code,
        ]);
    }

    private function statusPage(string $code): string
    {
        return add_query_arg(['code' => rawurlencode($code)], $this->urls->endpoint('deletion_status'));
    }
}
