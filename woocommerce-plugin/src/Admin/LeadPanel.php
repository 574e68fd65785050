<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Privacy\Links;

/** The lead of a user, for pages that are about something else: a daemon that does not answer must not keep them up. */
final class LeadPanel
{
    private BackOffice $daemon;

    private CircuitBreaker $circuit;

    private Links $links;

    private Log $log;

    public function __construct(BackOffice $daemon, CircuitBreaker $circuit, Links $links, Log $log)
    {
        $this->daemon = $daemon;
        $this->circuit = $circuit;
        $this->links = $links;
        $this->log = $log;
    }

    public function isLinked(int $user): bool
    {
        return $user > 0 && $this->links->leadOf($user) !== '';
    }

    public function show(int $user): void
    {
        $leadId = $user > 0 ? $this->links->leadOf($user) : '';
        if ($leadId === '') {
            echo '<p>' . esc_html__('No Instagram account is linked.', 'leadtap') . '</p>';

            return;
        }
        if ($this->circuit->isOpen()) {
            echo '<p>' . esc_html__('The daemon does not answer at the moment. Load the page again in a minute.', 'leadtap') . '</p>';

            return;
        }
        try {
            $lead = $this->daemon->lead($leadId);
        } catch (GatewayFailure $failure) {
            if (in_array($failure->kind(), [GatewayFailure::DOWN, GatewayFailure::SLOW], true)) {
                $this->circuit->failed();
            }
            $this->log->warning('a lead could not be shown: ' . $failure->getMessage(), ['lead.id' => $leadId] + $failure->facts());
            echo '<p>' . esc_html(Words::failure($failure)) . '</p>';

            return;
        }
        Template::show('panel', ['lead' => $lead]);
    }
}
