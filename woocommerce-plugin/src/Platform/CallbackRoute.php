<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Platform;

use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\JsonResponder;
use Leadtap\WooCommerce\Routing\Route;

/** An address that Meta's servers post a signed request to. */
abstract class CallbackRoute implements Route
{
    /** Forged ones that are written down; a flood of them must not fill the log. */
    private const FORGED_AN_HOUR = 20;

    protected JsonResponder $responder;

    protected Log $log;

    private RateLimit $limit;

    public function __construct(JsonResponder $responder, Log $log, RateLimit $limit)
    {
        $this->responder = $responder;
        $this->log = $log;
        $this->limit = $limit;
    }

    /** Also while the login is switched off: people whose data are held may still ask for their deletion. */
    public function isOpen(): bool
    {
        return true;
    }

    public function handle(): void
    {
        if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
            headers_sent() || header('Allow: POST');
            $this->refuse(405, 'This address is for Meta, which posts a signed_request to it.');

            return;
        }
        $request = SignedRequest::from(wp_unslash($_POST));
        if ($request === null) {
            $this->refuse(400, 'There is no signed_request in the form, or it is none.');

            return;
        }
        try {
            $this->carryOut($request);
        } catch (GatewayFailure $failure) {
            $this->explain($failure);
        }
    }

    /** @throws GatewayFailure */
    abstract protected function carryOut(SignedRequest $request): void;

    private function explain(GatewayFailure $failure): void
    {
        if ($failure->kind() === GatewayFailure::FORGED) {
            if ($this->limit->allows('forged signed request', self::FORGED_AN_HOUR, HOUR_IN_SECONDS)) {
                $this->log->warning('a signed request was refused: ' . $failure->getMessage(), $failure->facts());
            }
            $this->refuse(400, 'Meta did not sign this with the secret of this shop’s app, or long ago.');

            return;
        }
        $this->log->error('a request of Meta’s could not be carried out: ' . $failure->getMessage(), $failure->facts());
        $this->refuse(503, 'This cannot be carried out at the moment. Send it again.');
    }

    private function refuse(int $status, string $why): void
    {
        $this->responder->json($status, ['error' => $why]);
    }
}
