<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class ReturnToTest extends TestCase
{
    /** @return iterable<string, array{mixed}> */
    public function elsewhere(): iterable
    {
        yield 'another host' => ['https://evil.example/'];
        yield 'no scheme' => ['//evil.example/'];
        yield 'a backslash' => ['/\\evil.example/'];
        yield 'a tab between the slashes' => ["/\t/evil.example/"];
        yield 'a line break' => ["/shop/\r\nLocation: https://evil.example/"];
        yield 'a space in front' => [' https://evil.example/'];
        yield 'our host as a user' => ['https://shop.example@evil.example/'];
        yield 'our host as a prefix' => ['https://shop.example.evil.example/'];
        yield 'plain http' => ['http://shop.example/'];
        yield 'another port' => ['https://shop.example:8443/'];
        yield 'a script' => ['javascript:alert(1)'];
        yield 'a word' => ['shop'];
        yield 'nothing' => [''];
        yield 'a list' => [['/shop/']];
        yield 'too long' => ['/' . str_repeat('x', 600)];
        yield 'the logout' => ['/my-account/customer-logout/'];
        yield 'wp-login.php' => ['/wp-login.php?action=logout'];
        yield 'our own route' => ['/?leadtap=start'];
        yield 'our own path' => ['/leadtap/callback/?code=x'];
        yield 'an old outcome' => ['/checkout/?leadtap_outcome=declined'];
    }

    /**
     * @dataProvider elsewhere
     *
     * @param mixed $asked
     */
    public function testNobodyIsSentElsewhere($asked): void
    {
        self::assertNull(self::returnTo()->valid($asked));
        self::assertSame('/my-account/', self::returnTo()->orAccount($asked));
    }

    public function testAPathOfThisSiteIsGoodAndLosesItsFragment(): void
    {
        self::assertSame('/shop/?orderby=price', self::returnTo()->valid('/shop/?orderby=price#top'));
        self::assertSame('/shop/', self::returnTo()->valid('https://shop.example/shop/'));
        self::assertSame('/', self::returnTo()->valid('https://shop.example'));
        self::assertSame('https://shop.example/shop/', self::returnTo()->url('/shop/'));
    }

    public function testAShopOnAPortOfItsOwnComesBackToIt(): void
    {
        WordPress::$home = 'http://127.0.0.1:8080';
        self::assertSame('/shop/', self::returnTo()->valid('http://127.0.0.1:8080/shop/'));
        self::assertNull(self::returnTo()->valid('http://127.0.0.1/shop/'));
        self::assertSame('http://127.0.0.1:8080/shop/', self::returnTo()->url('/shop/'));
    }

    public function testTheBrowserKnowsWhatTheCachedPageDoesNot(): void
    {
        $returnTo = self::returnTo();
        self::assertSame('/tea/?colour=blue', $returnTo->orReferer('/tea/', 'https://shop.example/tea/?colour=blue'));
        self::assertSame('/tea/', $returnTo->orReferer('/tea/', 'https://shop.example/coffee/'));
        self::assertSame('/tea/', $returnTo->orReferer('/tea/', 'https://evil.example/tea/'));
        self::assertSame('/coffee/', $returnTo->orReferer('', 'https://shop.example/coffee/'));
        self::assertSame('/my-account/', $returnTo->orReferer('', 'https://shop.example/wp-login.php'));
    }

    private static function returnTo(): ReturnTo
    {
        return new ReturnTo(new Urls(new Settings()));
    }
}
