<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** The plugin's templates; a theme overrides one as `woocommerce/leadtap/NAME.php`. */
class Templates
{
    /** @param array<string, mixed> $values what the template gets as variables */
    public function html(string $name, array $values = []): string
    {
        ob_start();
        wc_get_template("leadtap/{$name}.php", $values, '', dirname(PLUGIN_FILE) . '/templates/');

        return (string) ob_get_clean();
    }
}
