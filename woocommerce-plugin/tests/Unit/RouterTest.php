<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Routing\Router;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class RouterTest extends TestCase
{
    public function testARouteThatIsOffIsAPageThatDoesNotExist(): void
    {
        $_GET = ['leadtap' => 'start'];
        self::assertSame(0, $this->dispatch(false));
        self::assertArrayHasKey('wp', WordPress::$hooks, 'the theme answers 404');
        self::assertSame(1, $this->dispatch(true));
    }

    public function testOtherPagesAreLeftAlone(): void
    {
        self::assertSame(0, $this->dispatch(true));
        self::assertArrayNotHasKey('wp', WordPress::$hooks);
    }

    private function dispatch(bool $isOpen): int
    {
        $route = new class ($isOpen) implements Route {
            public int $handled = 0;

            private bool $isOpen;

            public function __construct(bool $isOpen)
            {
                $this->isOpen = $isOpen;
            }

            public function isOpen(): bool
            {
                return $this->isOpen;
            }

            public function handle(): void
            {
                $this->handled++;
            }
        };
        (new Router(new Urls(new Settings()), ['start' => static fn () => $route]))->dispatch();

        return $route->handled;
    }
}
