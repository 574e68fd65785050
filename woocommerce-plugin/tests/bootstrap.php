<?php

declare(strict_types=1);

error_reporting(E_ALL);

$stage = getenv('LEADTAP_STAGE');
if (!is_string($stage) || !is_dir($stage . '/client')) {
    fwrite(STDERR, "there is no staged plugin: run woocommerce-plugin/tests/run\n");
    exit(1);
}

define('ABSPATH', '/nowhere/');
define('Leadtap\WooCommerce\PLUGIN_FILE', $stage . '/leadtap.php');

foreach (glob(__DIR__ . '/Support/wordpress/*.php') ?: [] as $fakes) {
    require $fakes;
}
require $stage . '/src/autoload.php';

spl_autoload_register(static function (string $class): void {
    $prefix = 'Leadtap\\WooCommerce\\Tests\\';
    if (strncmp($class, $prefix, strlen($prefix)) === 0) {
        $path = __DIR__ . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
        if (is_file($path)) {
            require $path;
        }
    }
});
