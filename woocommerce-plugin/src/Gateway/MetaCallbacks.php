<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Channel;
use Leadtap\WooCommerce\Client\V1\DeletionState;
use Leadtap\WooCommerce\Client\V1\GetDeletionStatusRequest;
use Leadtap\WooCommerce\Client\V1\HandleDataDeletionRequest;
use Leadtap\WooCommerce\Client\V1\HandleDeauthorizationRequest;
use Leadtap\WooCommerce\Client\V1\PlatformServiceClient;

/** The daemon, for what Meta sends. It checks the signature; nothing here could. */
class MetaCallbacks
{
    /** Meta's servers wait for the answer. */
    public const CALL_SECONDS = 1.9;

    private Calls $calls;

    public function __construct(Calls $calls)
    {
        $this->calls = $calls;
    }

    /** @throws GatewayFailure of kind FORGED where Meta did not sign it */
    public function deauthorize(
        #[\SensitiveParameter]
        string $signedRequest
    ): void {
        $request = (new HandleDeauthorizationRequest())->setSignedRequest($signedRequest);
        $this->calls->make(static fn (Channel $channel) => (new PlatformServiceClient($channel))->handleDeauthorization(
            $request,
            self::CALL_SECONDS
        ));
    }

    /** @throws GatewayFailure of kind FORGED where Meta did not sign it */
    public function delete(
        #[\SensitiveParameter]
        string $signedRequest
    ): DeletionReceipt {
        $request = (new HandleDataDeletionRequest())->setSignedRequest($signedRequest);
        $reply = $this->calls->make(static fn (Channel $channel) => (new PlatformServiceClient($channel))->handleDataDeletion(
            $request,
            self::CALL_SECONDS
        ));

        $status = $reply->getStatus();

        return new DeletionReceipt(
            $reply->getConfirmationCode(),
            $reply->getUrl(),
            LeadConversions::seconds($status === null ? null : $status->getCompleteTime()) ?? 0
        );
    }

    /** @throws GatewayFailure of kind NOT_FOUND where there is no such deletion */
    public function deletion(string $code): DeletionOutcome
    {
        $request = (new GetDeletionStatusRequest())->setConfirmationCode($code);
        $status = $this->calls->make(static fn (Channel $channel) => (new PlatformServiceClient($channel))->getDeletionStatus(
            $request,
            self::CALL_SECONDS
        ));

        return new DeletionOutcome(
            $status->getState() === DeletionState::ERASED,
            LeadConversions::seconds($status->getCompleteTime())
        );
    }
}
