<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Button;

use Leadtap\WooCommerce\Plugin;

use const Leadtap\WooCommerce\PLUGIN_FILE;

/** The one small style sheet. */
class Assets
{
    public const STYLE = 'leadtap';

    public function enqueue(): void
    {
        $this->registerStyle();
        wp_enqueue_style(self::STYLE);
    }

    public function registerStyle(): void
    {
        if (wp_style_is(self::STYLE, 'registered')) {
            return;
        }
        wp_register_style(self::STYLE, plugins_url('assets/leadtap.css', PLUGIN_FILE), [], Plugin::VERSION);
    }
}
