<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Channel;
use Leadtap\WooCommerce\Client\LeadtapException;

/**
 * Calls that no shopper waits for: those of the shop's people and of Meta. The
 * circuit has no say in them, and they do not open it.
 */
final class Calls
{
    private Channels $channels;

    private ?Channel $channel = null;

    public function __construct(Channels $channels)
    {
        $this->channels = $channels;
    }

    /**
     * @template T
     *
     * @param callable(Channel): T $call
     *
     * @return T
     *
     * @throws GatewayFailure
     */
    public function make(callable $call)
    {
        $this->channel = $this->channel ?? $this->channels->open();
        try {
            return $call($this->channel);
        } catch (LeadtapException $failure) {
            throw Failures::of($failure);
        }
    }
}
