<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class ContainerTest extends TestCase
{
    public function testAnObjectIsMadeOnceAndOnlyWhenItIsAskedFor(): void
    {
        $made = 0;
        $container = new Container();
        $container->set(\ArrayObject::class, static function () use (&$made) {
            $made++;

            return new \ArrayObject();
        });
        self::assertSame(0, $made);
        self::assertSame($container->get(\ArrayObject::class), $container->get(\ArrayObject::class));
        self::assertSame(1, $made);
    }

    public function testWhatNobodyMakesIsAFaultOfTheProgram(): void
    {
        $this->expectException(\LogicException::class);
        $this->expectExceptionMessage('ArrayObject');
        (new Container())->get(\ArrayObject::class);
    }

    public function testThePluginMakesItsServices(): void
    {
        self::assertInstanceOf(Urls::class, Plugin::container()->get(Urls::class));
    }

    public function testEveryModuleAndRouteCanBeMade(): void
    {
        // The admin's modules are made in the admin alone.
        WordPress::$isAdmin = true;
        $container = Plugin::container();
        $made = 0;
        foreach (glob(dirname(__DIR__, 2) . '/src/Services/?*Services.php') ?: [] as $file) {
            $class = 'Leadtap\\WooCommerce\\Services\\' . basename($file, '.php');
            $services = new $class();
            foreach (array_merge($services->modules(), array_values($services->routes())) as $needed) {
                self::assertInstanceOf($needed, $container->get($needed));
                $made++;
            }
        }
        self::assertGreaterThan(20, $made);
    }
}
