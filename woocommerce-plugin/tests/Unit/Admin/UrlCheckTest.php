<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\Finding;
use Leadtap\WooCommerce\Admin\UrlCheck;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;

final class UrlCheckTest extends AdminTestCase
{
    public function testAGoodAddressNeedsNoWord(): void
    {
        $check = new UrlCheck('https://shop.example', 'https://shop.example/wp');
        self::assertSame([], $check->check('https://shop.example/leadtap/callback/'));
    }

    /** @return iterable<string, array{string, string, string, string, string}> */
    public function problems(): iterable
    {
        $shop = 'https://shop.example';
        yield 'no https' => ['http://shop.example/leadtap/callback/', 'http://shop.example', 'http://shop.example', Finding::BAD, 'http://'];
        yield 'www at home alone' => ['https://www.shop.example/leadtap/callback/', 'https://www.shop.example', $shop, Finding::BAD, 'several names'];
        yield 'www in the address alone' => ['https://www.shop.example/cb/', $shop, $shop, Finding::BAD, 'several names'];
        yield 'no slash' => ['https://shop.example/cb', $shop, $shop, Finding::WARNING, 'slash'];
        yield 'plain permalinks' => ['https://shop.example/?leadtap=callback', $shop, $shop, Finding::WARNING, 'slash'];
        yield 'this machine' => ['https://127.0.0.1/cb/', 'https://127.0.0.1', 'https://127.0.0.1', Finding::WARNING, 'this machine'];
        yield 'a local name' => ['https://shop.test/cb/', 'https://shop.test', 'https://shop.test', Finding::WARNING, 'this machine'];
    }

    /** @dataProvider problems */
    public function testWhatMetaWouldRefuseIsSaidWithWhatToDo(string $url, string $home, string $site, string $level, string $words): void
    {
        $findings = (new UrlCheck($home, $site))->check($url);
        self::assertCount(1, $findings);
        self::assertSame($level, $findings[0]->level);
        self::assertStringContainsString($words, $findings[0]->what);
        self::assertNotSame('', $findings[0]->todo);
    }

    public function testADifferenceIsNamed(): void
    {
        $ours = 'https://shop.example/leadtap/callback/';
        self::assertNull(UrlCheck::difference($ours, ['https://else.example/', $ours]));
        self::assertStringContainsString('by: a slash at the end.', (string) UrlCheck::difference($ours, ['https://shop.example/leadtap/callback']));
        self::assertStringContainsString('by: www.', (string) UrlCheck::difference($ours, ['https://www.shop.example/leadtap/callback/']));
        self::assertStringContainsString('by: http/https, www.', (string) UrlCheck::difference($ours, ['http://www.shop.example/leadtap/callback/']));
        self::assertSame('None of those is like it.', UrlCheck::difference($ours, ['https://else.example/cb/']));
    }
}
