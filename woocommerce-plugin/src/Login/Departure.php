<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Gateway\Consent;
use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;

/** Begins a login with the daemon, and sends the shopper to Instagram. The first of a login's two calls. */
final class Departure
{
    private Gateway $gateway;

    private Urls $urls;

    private FlowCookies $flows;

    private Landing $landing;

    private Responder $responder;

    private Log $log;

    public function __construct(
        Gateway $gateway,
        Urls $urls,
        FlowCookies $flows,
        Landing $landing,
        Responder $responder,
        Log $log
    ) {
        $this->gateway = $gateway;
        $this->urls = $urls;
        $this->flows = $flows;
        $this->landing = $landing;
        $this->responder = $responder;
        $this->log = $log;
    }

    /**
     * @param string $intent   of {@see Flow}
     * @param int    $userId   whose account is to be linked; 0 for a login
     * @param string $returnTo a path that {@see ReturnTo} gave
     */
    public function leave(string $intent, int $userId, string $place, string $returnTo): void
    {
        $secret = Flow::newSecret();
        try {
            $started = $this->gateway->startLogin(
                $this->urls->callback(),
                hash('sha256', $secret, true),
                $returnTo,
                $this->attributes($place),
                $this->consent($place)
            );
        } catch (GatewayFailure $failure) {
            $this->log->error('A login with Instagram could not begin: ' . $failure->getMessage(), $failure->facts());
            $this->landing->tell(Outcomes::ofFailure($failure), $place, $returnTo);

            return;
        }
        $id = Flow::idOfState($started->state);
        $this->flows->keep(new Flow($id, $secret, $intent, $userId, $place, $returnTo, $started->expireTime));
        $this->responder->leave($started->authorizationUrl);
    }

    /** @return array<string, string> */
    private function attributes(string $place): array
    {
        /**
         * Filters the facts that are kept on the lead: at most 16; keys of `a-z 0-9 _ . -`, values of at most 256
         * bytes. No e-mail address or other personal data belongs there.
         *
         * @param array<string, string> $attributes
         * @param string                $place      where the button was
         */
        $attributes = apply_filters('leadtap_attributes', ['place' => $place], $place);

        return is_array($attributes) ? array_map('strval', $attributes) : [];
    }

    private function consent(string $place): ?Consent
    {
        /**
         * Filters the consent that the shopper gave on the page with the button, for shops that ask for it there.
         *
         * @param Consent|null $consent
         * @param string       $place
         */
        $consent = apply_filters('leadtap_consent_at_start', null, $place);

        return $consent instanceof Consent ? $consent : null;
    }
}
