<?php

/**
 * Plugin Name:          leadtap for WooCommerce
 * Description:          Shoppers continue with Instagram on My account, at the checkout and on wp-login.php. Needs the leadtap daemon, which keeps all secrets and tokens; none is ever in WordPress.
 * Version:              0.1.0
 * Requires at least:    6.1
 * Requires PHP:         7.4
 * WC requires at least: 7.9
 * WC tested up to:      11.0
 * Author:               The leadtap contributors
 * License:              MIT OR Apache-2.0
 * Text Domain:          leadtap
 * Domain Path:          /languages
 */

declare(strict_types=1);

namespace Leadtap\WooCommerce;

defined('ABSPATH') || exit;

const PLUGIN_FILE = __FILE__;

require __DIR__ . '/src/autoload.php';

add_action('before_woocommerce_init', [Compatibility::class, 'declare']);
add_action('plugins_loaded', [Plugin::class, 'boot']);
// Here and not in a part of it: it must work where the requirements are not met, and on every kind of request.
register_deactivation_hook(__FILE__, static function ($inNetwork = false): void {
    Admin\WatchJob::unschedule((bool) $inNetwork);
});
