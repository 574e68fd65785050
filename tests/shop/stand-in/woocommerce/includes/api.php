<?php
// Routes of the form /wc-api/NAME/ and ?wc-api=NAME.

declare(strict_types=1);

add_filter('query_vars', static function (array $names): array {
    return array_merge($names, ['wc-api']);
});
add_action('init', static function (): void {
    add_rewrite_endpoint('wc-api', EP_ALL);
}, 0);
add_action('parse_request', static function (): void {
    global $wp;
    if (!empty($_GET['wc-api'])) {
        $wp->query_vars['wc-api'] = sanitize_key(wp_unslash($_GET['wc-api']));
    }
    if (empty($wp->query_vars['wc-api'])) {
        return;
    }
    ob_start();
    nocache_headers();
    $request = strtolower(wc_clean($wp->query_vars['wc-api']));
    do_action('woocommerce_api_request', $request);
    status_header(has_action('woocommerce_api_' . $request) ? 200 : 400);
    do_action('woocommerce_api_' . $request);
    ob_end_clean();
    die('-1');
}, 0);
