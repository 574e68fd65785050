<?php
/**
 * Plugin Name: WooCommerce
 * Description: A stand-in for tests: fires WooCommerce's hooks and offers the few functions that leadtap's plugin uses. It is no shop.
 * Version: 7.9.0
 */

declare(strict_types=1);

defined('ABSPATH') || exit;

define('WC_VERSION', '7.9.0');
define('WC_PLUGIN_FILE', __FILE__);
define('WC_STAND_IN', true);

foreach (['features', 'notices', 'session', 'cart', 'log', 'shop', 'order', 'functions', 'forms', 'account', 'checkout', 'api'] as $part) {
    require __DIR__ . "/includes/{$part}.php";
}

/** The shop, as WooCommerce's own function gives it. */
function WC(): WooCommerce
{
    static $shop = null;
    return $shop ??= new WooCommerce();
}

add_action('plugins_loaded', static function (): void {
    do_action('before_woocommerce_init');
    WC();
    do_action('woocommerce_loaded');
}, -1);
add_action('init', static function (): void {
    WC()->start();
    do_action('woocommerce_init');
}, 0);
register_activation_hook(__FILE__, static function (): void {
    add_role('customer', 'Customer', ['read' => true]);
    add_role('shop_manager', 'Shop manager', ['read' => true, 'edit_posts' => true, 'edit_users' => true, 'list_users' => true, 'manage_woocommerce' => true, 'view_admin_dashboard' => true]);
    foreach (['manage_woocommerce', 'edit_shop_orders'] as $capability) {
        get_role('administrator')->add_cap($capability);
    }
});
