<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Module;

/**
 * What WP-Cron finds when the hour has come. On every request, and so without making anything yet: with
 * `ALTERNATE_WP_CRON` jobs run at the end of a visitor's request, which does not know of it when plugins are loaded.
 */
final class WatchJob implements Module
{
    public const HOOK = 'leadtap_watch';

    /** @var callable(): Watch */
    private $watch;

    /** @param callable(): Watch $watch */
    public function __construct(callable $watch)
    {
        $this->watch = $watch;
    }

    public function register(): void
    {
        add_action(self::HOOK, function (): void {
            ($this->watch)()->look();
        });
    }

    /** When the plugin is switched off; WordPress would call for it every hour for ever. */
    public static function unschedule(bool $inNetwork): void
    {
        if (!$inNetwork || !is_multisite()) {
            wp_unschedule_hook(self::HOOK);

            return;
        }
        foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $site) {
            switch_to_blog((int) $site);
            wp_unschedule_hook(self::HOOK);
            restore_current_blog();
        }
    }
}
