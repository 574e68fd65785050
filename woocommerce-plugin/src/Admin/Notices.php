<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Settings\Settings;

/** Says at the top of admin pages when somebody has to act. It asks the option, never the daemon. */
final class Notices implements Module
{
    private Settings $settings;

    private WatchState $state;

    private Clock $clock;

    public function __construct(Settings $settings, WatchState $state, Clock $clock)
    {
        $this->settings = $settings;
        $this->state = $state;
        $this->clock = $clock;
    }

    public function register(): void
    {
        add_action('admin_notices', [$this, 'show']);
    }

    public function show(): void
    {
        if (!Guard::allows() || !$this->settings->isEnabled() || !self::isFor(get_current_screen())) {
            return;
        }
        foreach ($this->state->alarms($this->clock->now()) as $alarm) {
            printf(
                '<div class="notice notice-error"><p>%s <a href="%s">%s</a></p></div>',
                esc_html($alarm),
                esc_url(Pages::settings()),
                esc_html__('Settings', 'leadtap')
            );
        }
    }

    /** Where people look after the shop, and not where they write. */
    private static function isFor(?\WP_Screen $screen): bool
    {
        $id = $screen === null ? '' : $screen->id;

        return in_array($id, ['dashboard', 'plugins', 'edit-shop_order', 'shop_order'], true)
            || strpos($id, 'woocommerce') !== false || strpos($id, 'leadtap-') !== false;
    }
}
