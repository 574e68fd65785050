<?php
// Makes a shop of a fresh WordPress: pages, a product, settings; for
// WooCommerce and for the stand-in alike. Gives what the tests need to know.

$page = static function (string $title, string $option, string $content): int {
    $id = (int) get_option($option);
    if ($id <= 0 || get_post($id) === null) {
        $id = wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_title' => $title, 'post_content' => $content]);
        update_option($option, $id);
    }
    return (int) $id;
};
if (class_exists('WC_Install')) {
    WC_Install::create_pages();
}
$page('Cart', 'woocommerce_cart_page_id', '[woocommerce_cart]');
$checkout = $page('Checkout', 'woocommerce_checkout_page_id', '[woocommerce_checkout]');
$page('My account', 'woocommerce_myaccount_page_id', '[woocommerce_my_account]');
$page('Terms and conditions', 'woocommerce_terms_page_id', 'Be kind.');
$page('Privacy', 'wp_page_for_privacy_policy', 'We keep little.');
$block = get_post($checkout)->post_content;
$classic = wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Classic checkout', 'post_content' => '[woocommerce_checkout]']);
foreach ([
    'woocommerce_coming_soon' => 'no',
    'woocommerce_enable_myaccount_registration' => 'yes',
    'woocommerce_enable_checkout_login_reminder' => 'yes',
    'woocommerce_enable_guest_checkout' => 'yes',
    'woocommerce_enable_signup_and_login_from_checkout' => 'yes',
    'woocommerce_default_country' => 'DE',
    'woocommerce_cod_settings' => ['enabled' => 'yes', 'title' => 'Cash on delivery'],
    'woocommerce_onboarding_profile' => ['skipped' => true],
    'woocommerce_task_list_hidden' => 'yes',
    'woocommerce_show_marketplace_suggestions' => 'no',
] as $option => $value) {
    update_option($option, $value);
}
if (class_exists('WC_Product_Simple')) {
    $product = new WC_Product_Simple();
    $product->set_name('Tea bowl');
    $product->set_regular_price('24');
    $product->set_virtual(true);
    $id = $product->save();
} else {
    $id = wp_insert_post(['post_type' => 'product', 'post_status' => 'publish', 'post_title' => 'Tea bowl']);
}
flush_rewrite_rules();
return [
    'product' => $id,
    'checkout' => $checkout,
    'classicCheckout' => $classic,
    'blockCheckout' => strpos($block, 'wp:woocommerce/checkout') !== false,
];
