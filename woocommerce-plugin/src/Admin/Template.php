<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use const Leadtap\WooCommerce\PLUGIN_FILE;

/** A page of the admin area: a file in templates/admin that escapes whatever it shows. */
final class Template
{
    private function __construct()
    {
    }

    /** @param array<string, mixed> $view what the template knows as `$view` */
    public static function show(string $name, array $view): void
    {
        (static function (string $file, array $view): void {
            include $file;
        })(dirname(PLUGIN_FILE) . "/templates/admin/{$name}.php", $view);
    }

    /** @param array<string, mixed> $view */
    public static function html(string $name, array $view): string
    {
        ob_start();
        self::show($name, $view);

        return (string) ob_get_clean();
    }
}
