<?php

declare(strict_types=1);

error_reporting(E_ALL);

require __DIR__ . '/../autoload.php';
require __DIR__ . '/generated/autoload.php';

spl_autoload_register(static function (string $class): void {
    $prefix = 'Leadtap\\Client\\Tests\\';
    if (strncmp($class, $prefix, strlen($prefix)) === 0) {
        $path = __DIR__ . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
        if (is_file($path)) {
            require $path;
        }
    }
});

// The classes that protoc makes of the same protos, and under them google/protobuf
// as Debian installs it.
$oracle = getenv('LEADTAP_ORACLE');
if (is_string($oracle) && is_dir($oracle)) {
    spl_autoload_register(static function (string $class) use ($oracle): void {
        foreach ([$oracle, '/usr/share/php'] as $directory) {
            $path = $directory . '/' . strtr($class, '\\', '/') . '.php';
            if (is_file($path)) {
                require $path;

                return;
            }
        }
    });
}
