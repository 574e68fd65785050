<?php
// Runs PHP inside the shop: the code comes on standard input, its value goes out as JSON.

declare(strict_types=1);

$url = (string) getenv('SHOP_URL');
$_SERVER['HTTP_HOST'] = parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);
$_SERVER['REQUEST_METHOD'] = 'GET';
// By which a network knows its site.
$_SERVER['REQUEST_URI'] = (string) parse_url($url, PHP_URL_PATH) ?: '/';
$code = (string) stream_get_contents(STDIN);
$as = ['admin' => 'WP_ADMIN', 'cron' => 'DOING_CRON'][(string) getenv('SHOP_AS')] ?? null;
if ($as !== null) {
    define($as, true);
}
require getcwd() . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
$value = (static function () use ($code) {
    return eval($code);
})();
echo "\n", json_encode($value, JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR), "\n";
