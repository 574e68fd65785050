<?php

declare(strict_types=1);

// The client that `build` generates under our own prefix: a class map.
if (is_file(dirname(__DIR__) . '/client/autoload.php')) {
    require dirname(__DIR__) . '/client/autoload.php';
}

spl_autoload_register(static function (string $class): void {
    $prefix = 'Leadtap\\WooCommerce\\';
    if (strncmp($class, $prefix, strlen($prefix)) !== 0) {
        return;
    }
    $path = __DIR__ . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
    if (is_file($path)) {
        require $path;
    }
});
