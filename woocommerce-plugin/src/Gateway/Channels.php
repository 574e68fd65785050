<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Channel;

/** Makes the channel to the daemon. */
interface Channels
{
    /** @throws GatewayFailure where the settings lead to none; the message says what to do */
    public function open(): Channel;
}
