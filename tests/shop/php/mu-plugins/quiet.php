<?php
// Keeps WordPress and WooCommerce from asking other hosts, which a test has no use for.

declare(strict_types=1);

add_filter('pre_http_request', static function ($answer, array $arguments, string $url) {
    if (in_array(parse_url($url, PHP_URL_HOST), ['127.0.0.1', 'localhost'], true)) {
        return $answer;
    }
    return new WP_Error('http_request_failed', 'This shop is on no network.');
}, 10, 3);
add_filter('automatic_updater_disabled', '__return_true');
add_filter('woocommerce_allow_marketplace_suggestions', '__return_false');
add_filter('woocommerce_admin_features', static function (array $features): array {
    return array_values(array_diff($features, ['onboarding', 'onboarding-tasks', 'remote-inbox-notifications', 'marketing', 'launch-your-store']));
});
