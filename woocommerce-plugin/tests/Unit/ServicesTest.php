<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Services\Services;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

/** Factories name classes and arguments by hand: this makes each of them once. */
final class ServicesTest extends AdminTestCase
{
    /** @return iterable<string, array{bool}> */
    public function places(): iterable
    {
        yield 'the shop' => [false];
        yield 'the admin area' => [true];
    }

    /** @dataProvider places */
    public function testEveryModuleAndEveryRouteCanBeMade(bool $isAdmin): void
    {
        WordPress::$isAdmin = $isAdmin;
        $container = Plugin::container();
        $made = 0;
        foreach (self::parts() as $part) {
            foreach ($part->modules() as $class) {
                self::assertInstanceOf(Module::class, $container->get($class));
                $made++;
            }
            foreach ($part->routes() as $name => $class) {
                self::assertInstanceOf(Route::class, $container->get($class), $name);
                $made++;
            }
        }
        self::assertGreaterThan(10, $made);
    }

    /** @return list<Services> */
    private static function parts(): array
    {
        $files = glob(getenv('LEADTAP_STAGE') . '/src/Services/*Services.php') ?: [];
        $names = array_diff(array_map(static fn (string $file) => basename($file, '.php'), $files), ['Services']);

        return array_map(static function (string $name): Services {
            $class = "Leadtap\\WooCommerce\\Services\\{$name}";

            return new $class();
        }, array_values($names));
    }
}
