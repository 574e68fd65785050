<?php

// Loads the client without Composer.

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    if (strncmp($class, 'Leadtap\\Client\\', 15) !== 0) {
        return;
    }
    $path = '/' . strtr(substr($class, 15), '\\', '/') . '.php';
    foreach ([__DIR__ . '/src', __DIR__ . '/generated'] as $directory) {
        if (is_file($directory . $path)) {
            require $directory . $path;

            return;
        }
    }
});
