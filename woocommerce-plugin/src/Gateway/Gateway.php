<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Channel;
use Leadtap\WooCommerce\Client\Google\Protobuf\FieldMask;
use Leadtap\WooCommerce\Client\LeadtapException;
use Leadtap\WooCommerce\Client\V1\CompleteAuthorizationRequest;
use Leadtap\WooCommerce\Client\V1\GetLeadRequest;
use Leadtap\WooCommerce\Client\V1\Lead;
use Leadtap\WooCommerce\Client\V1\LeadServiceClient;
use Leadtap\WooCommerce\Client\V1\LoginServiceClient;
use Leadtap\WooCommerce\Client\V1\StartAuthorizationRequest;
use Leadtap\WooCommerce\Client\V1\UpdateLeadRequest;

/**
 * The daemon, as the plugin sees it. Only this namespace knows the generated
 * client. Nothing connects before the first call, and no page view makes one.
 */
final class Gateway
{
    /** The daemon alone answers this one; a shopper waits at most so long before hearing that it does not. */
    public const START_SECONDS = 1.5;

    /** Instagram is asked in this one. What takes longer goes on in the daemon, and the same call finds it later. */
    public const COMPLETE_SECONDS = 1.9;

    /** For reading and writing a lead. */
    public const LEAD_SECONDS = 1.5;

    private Channels $channels;

    private CircuitBreaker $circuit;

    private ?Channel $channel = null;

    public function __construct(Channels $channels, CircuitBreaker $circuit)
    {
        $this->channels = $channels;
        $this->circuit = $circuit;
    }

    /**
     * Begins a login.
     *
     * @param string                $bindingHash SHA-256 of the browser's secret, 32 raw bytes
     * @param array<string, string> $attributes
     *
     * @throws GatewayFailure
     */
    public function startLogin(
        string $redirectUri,
        string $bindingHash,
        string $returnTo,
        array $attributes = [],
        ?Consent $consent = null
    ): StartedLogin {
        $request = (new StartAuthorizationRequest())
            ->setRedirectUri($redirectUri)
            ->setBrowserBindingHash($bindingHash)
            ->setReturnTo($returnTo)
            ->setAttributes($attributes);
        if ($consent !== null) {
            $request->setConsent(Conversions::consent($consent));
        }
        $reply = $this->guarded(fn () => $this->logins()->startAuthorization($request, self::START_SECONDS), true);
        $expire = $reply->getExpireTime();

        return new StartedLogin($reply->getAuthorizationUrl(), $reply->getState(), $expire === null ? 0 : $expire->getSeconds());
    }

    /**
     * Finishes a login with what came back. Safe to repeat.
     *
     * @param string $callbackQuery the raw query string
     * @param string $binding       the browser's secret, 32 raw bytes
     *
     * @throws GatewayFailure
     */
    public function completeLogin(
        #[\SensitiveParameter]
        string $callbackQuery,
        #[\SensitiveParameter]
        string $binding
    ): FinishedLogin {
        $request = (new CompleteAuthorizationRequest())->setCallbackQuery($callbackQuery)->setBrowserBinding($binding);
        $reply = $this->guarded(fn () => $this->logins()->completeAuthorization($request, self::COMPLETE_SECONDS), false);
        $declined = $reply->getDeclined();
        if ($declined !== null) {
            return FinishedLogin::declined($declined->getReason() ?: $declined->getError(), $declined->getReturnTo());
        }
        $authorized = $reply->getAuthorized();

        return FinishedLogin::with(
            Conversions::person($authorized === null ? null : $authorized->getLead()),
            $authorized === null ? '' : $authorized->getReturnTo()
        );
    }

    /**
     * Writes to a lead what the shop knows of the person.
     *
     * @param string $etag of the version that was read; empty: whatever it is now
     *
     * @return string the etag of the written version
     *
     * @throws GatewayFailure of kind CHANGED where the lead is another by now
     */
    public function updateContact(string $leadId, string $etag, ContactDetails $details): string
    {
        $paths = ['contact.email', 'contact.email_verified_time', 'contact.full_name'];
        $lead = (new Lead())->setLeadId($leadId)->setEtag($etag)->setContact(Conversions::contact($details));
        if ($details->consent !== null) {
            $lead->setConsent(Conversions::consent($details->consent));
            $paths[] = 'consent';
        }
        $request = (new UpdateLeadRequest())->setLead($lead)->setUpdateMask((new FieldMask())->setPaths($paths));

        return $this->guarded(fn () => $this->leads()->updateLead($request, self::LEAD_SECONDS), true)->getEtag();
    }

    /**
     * Reads who a lead is.
     *
     * @throws GatewayFailure
     */
    public function person(string $leadId): Person
    {
        $request = (new GetLeadRequest())->setLeadId($leadId);

        return Conversions::person($this->guarded(fn () => $this->logins()->getLead($request, self::LEAD_SECONDS), true));
    }

    private function logins(): LoginServiceClient
    {
        return new LoginServiceClient($this->channel());
    }

    private function leads(): LeadServiceClient
    {
        return new LeadServiceClient($this->channel());
    }

    private function channel(): Channel
    {
        return $this->channel = $this->channel ?? $this->channels->open();
    }

    /**
     * A call that is not made while the circuit is open, and that opens it.
     *
     * @template T
     *
     * @param callable(): T $call
     * @param bool          $slownessCounts whether a late answer is the daemon's own fault, not Instagram's
     *
     * @return T
     *
     * @throws GatewayFailure
     */
    private function guarded(callable $call, bool $slownessCounts)
    {
        if (!$this->circuit->allows()) {
            throw new GatewayFailure(
                GatewayFailure::DOWN,
                'The daemon did not answer the last calls, so it is not asked for some seconds.',
                'CIRCUIT_OPEN',
                '',
                true
            );
        }
        try {
            $reply = $this->plain($call);
        } catch (GatewayFailure $failure) {
            $isOurs = $failure->kind() === GatewayFailure::DOWN
                || ($failure->kind() === GatewayFailure::SLOW && $slownessCounts);
            if ($isOurs) {
                $this->circuit->failed();
            } elseif ($failure->kind() !== GatewayFailure::SLOW) {
                $this->circuit->succeeded();
            }
            throw $failure;
        }
        $this->circuit->succeeded();

        return $reply;
    }

    /**
     * A call that the circuit has no say in, as an admin's connection test.
     *
     * @template T
     *
     * @param callable(): T $call
     *
     * @return T
     *
     * @throws GatewayFailure
     */
    private function plain(callable $call)
    {
        try {
            return $call();
        } catch (LeadtapException $failure) {
            throw Failures::of($failure);
        }
    }
}
