<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class UrlsTest extends TestCase
{
    public function testTheCallbackIsAPathWithASlashAtItsEnd(): void
    {
        self::assertSame('https://shop.example/leadtap/callback/', (new Urls(new Settings()))->callback());
        WordPress::$options['permalink_structure'] = '/index.php/%postname%/';
        self::assertSame('https://shop.example/index.php/leadtap/callback/', (new Urls(new Settings()))->callback());
        WordPress::$options['permalink_structure'] = '';
        self::assertSame('https://shop.example/?leadtap=callback', (new Urls(new Settings()))->callback());
        self::settings(['redirect_uri' => 'https://shop.example/other']);
        self::assertSame('https://shop.example/other', (new Urls(new Settings()))->callback());
    }

    /** @return iterable<string, array{string, string, array<string, mixed>, ?string}> */
    public function requests(): iterable
    {
        yield 'a page' => ['https://shop.example', '/shop/', [], null];
        yield 'by query' => ['https://shop.example', '/?leadtap=start', ['leadtap' => 'start'], 'start'];
        yield 'by path' => ['https://shop.example', '/leadtap/callback/?code=x', [], 'callback'];
        yield 'without the slash' => ['https://shop.example', '/leadtap/callback', [], 'callback'];
        yield 'with index.php' => ['https://shop.example', '/index.php/leadtap/callback/', [], 'callback'];
        yield 'in a folder' => ['https://shop.example/blog', '/blog/leadtap/callback/', [], 'callback'];
        yield 'of another site' => ['https://shop.example/blog', '/leadtap/callback/', [], null];
        yield 'two slashes' => ['https://shop.example', '//leadtap/callback/', [], 'callback'];
        yield 'a list' => ['https://shop.example', '/?leadtap[]=start', ['leadtap' => ['start']], null];
        yield 'no name' => ['https://shop.example', '/', ['leadtap' => '../../x'], null];
        yield 'chosen path' => ['https://shop.example', '/custom/back?code=x&state=y', ['code' => 'x', 'state' => 'y'], 'callback'];
        yield 'chosen path, declined' => ['https://shop.example', '/custom/back?error=x', ['error' => 'x'], 'callback'];
        yield 'the page at the chosen path' => ['https://shop.example', '/custom/back', [], null];
        yield 'that page with a query' => ['https://shop.example', '/custom/back?code=x', ['code' => 'x'], null];
        yield 'that page with a list' => ['https://shop.example', '/custom/back?error[]=x', ['error' => ['x']], null];
    }

    /**
     * @dataProvider requests
     *
     * @param array<string, mixed> $query
     */
    public function testARequestIsForARoute(string $home, string $uri, array $query, ?string $route): void
    {
        self::settings(['redirect_uri' => 'https://shop.example/custom/back']);
        WordPress::$home = $home;
        $_SERVER['REQUEST_URI'] = $uri;
        $_GET = $query;
        self::assertSame($route, (new Urls(new Settings()))->requested());
    }

    public function testAFormOnTheChosenPageIsThatPages(): void
    {
        self::settings(['redirect_uri' => 'https://shop.example/my-account/']);
        $_SERVER['REQUEST_URI'] = '/my-account/?code=x&state=y';
        $_GET = ['code' => 'x', 'state' => 'y'];
        self::assertSame('callback', (new Urls(new Settings()))->requested());
        $_SERVER['REQUEST_METHOD'] = 'POST';
        self::assertNull((new Urls(new Settings()))->requested());
    }

    public function testAChoiceOfBeforeThatWouldShutWordPressIsNotFollowed(): void
    {
        foreach (['/wp-login.php', '/wp-admin/', '/', '/wp-cron.php'] as $path) {
            self::settings(['redirect_uri' => "https://shop.example{$path}"]);
            $_SERVER['REQUEST_URI'] = "{$path}?error=x";
            $_GET = ['error' => 'x'];
            self::assertNull((new Urls(new Settings()))->requested(), $path);
        }
    }
}
