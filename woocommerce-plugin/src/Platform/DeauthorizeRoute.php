<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Platform;

use Leadtap\WooCommerce\Gateway\MetaCallbacks;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\JsonResponder;

/** A person removed the app in Instagram: the access token ends. The lead and the account stay; a new login heals it. */
final class DeauthorizeRoute extends CallbackRoute
{
    private MetaCallbacks $daemon;

    public function __construct(MetaCallbacks $daemon, JsonResponder $responder, Log $log, RateLimit $limit)
    {
        parent::__construct($responder, $log, $limit);
        $this->daemon = $daemon;
    }

    protected function carryOut(SignedRequest $request): void
    {
        $this->daemon->deauthorize($request->text());
        $this->log->info('Meta told of a person who removed the app.');
        $this->responder->json(200, ['success' => true]);
    }
}
