<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

use Leadtap\WooCommerce\Routing\Router;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Services\AccountServices;
use Leadtap\WooCommerce\Services\AdminServices;
use Leadtap\WooCommerce\Services\ButtonServices;
use Leadtap\WooCommerce\Services\CoreServices;
use Leadtap\WooCommerce\Services\DaemonServices;
use Leadtap\WooCommerce\Services\LoginServices;
use Leadtap\WooCommerce\Services\PrivacyServices;
use Leadtap\WooCommerce\Services\Services;

/** Wires everything, once WordPress has loaded all plugins. */
final class Plugin
{
    public const VERSION = '0.1.0';

    /** @var list<class-string<Services>> */
    private const SERVICES = [
        CoreServices::class,
        LoginServices::class,
        AccountServices::class,
        ButtonServices::class,
        DaemonServices::class,
        PrivacyServices::class,
        AdminServices::class,
    ];

    private function __construct()
    {
    }

    public static function boot(): void
    {
        add_action('init', static function (): void {
            load_plugin_textdomain('leadtap', false, dirname(plugin_basename(PLUGIN_FILE)) . '/languages');
        });
        if (!Requirements::areMet()) {
            add_action('admin_notices', [self::class, 'sayWhatIsMissing']);

            return;
        }
        $container = self::container();
        foreach (self::services() as $services) {
            foreach ($services->modules() as $module) {
                $container->get($module)->register();
            }
        }
        self::router($container)->register();
    }

    public static function container(): Container
    {
        $container = new Container();
        foreach (self::services() as $services) {
            $services->define($container);
        }

        return $container;
    }

    private static function router(Container $container): Router
    {
        $routes = [];
        foreach (self::services() as $services) {
            foreach ($services->routes() as $name => $class) {
                $routes[$name] = static fn () => $container->get($class);
            }
        }

        return new Router($container->get(Urls::class), $routes);
    }

    /** @return list<Services> */
    private static function services(): array
    {
        return array_map(static fn (string $class) => new $class(), self::SERVICES);
    }

    public static function sayWhatIsMissing(): void
    {
        if (!current_user_can('activate_plugins')) {
            return;
        }
        foreach (Requirements::missing() as $sentence) {
            echo '<div class="notice notice-error"><p>' . esc_html($sentence) . '</p></div>';
        }
    }
}
