<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** Tells WooCommerce which of its features this plugin works with. */
final class Compatibility
{
    private const FEATURES = ['custom_order_tables', 'cart_checkout_blocks'];

    public static function declare(): void
    {
        $features = '\Automattic\WooCommerce\Utilities\FeaturesUtil';
        if (!class_exists($features)) {
            return;
        }
        foreach (self::FEATURES as $feature) {
            $features::declare_compatibility($feature, PLUGIN_FILE, true);
        }
    }
}
