<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/** One address of the plugin's own. It answers and ends the request. */
interface Route
{
    /** Whether it is there at all. A route of a feature that is off is a page that does not exist. */
    public function isOpen(): bool;

    /** Called once WooCommerce's session and cart are loaded. Nothing before it was sent. */
    public function handle(): void;
}
