<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Log\Redaction;
use Leadtap\WooCommerce\Log\WooLog;
use Leadtap\WooCommerce\Tests\Support\Admin;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;

final class RedactionTest extends AdminTestCase
{
    private const SECRET = 'AQDx7p-9f0_Kq3';

    /** @return iterable<array{string}> */
    public function secrets(): iterable
    {
        $long = 'eOcBX5ATNisujmVOG0Z8DvewxbUpQZn4_0AGK_BBjOs';
        $texts = [
            'GET /leadtap/callback/?code=' . self::SECRET . '&state=x',
            '{"access_token":"' . self::SECRET . '","x":1}',
            "{'client_secret': '" . self::SECRET . "'}",
            'Authorization: Bearer ' . self::SECRET,
            'it sent Bearer ' . self::SECRET,
            'password = ' . self::SECRET,
            'Cookie: leadtap_x=' . self::SECRET,
        ];
        foreach ($texts as $text) {
            yield $text => [$text, self::SECRET];
        }
        yield 'a state by itself' => ["the login {$long} is over", $long];
        yield 'a signed request' => ['vlXgu64BQGFSQrY0ZcJBZASMvYvTHu9GQ0YM9rjPSso.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiJ9', 'eyJhbGdvcml0aG0i'];
        yield 'an address' => ['written to mira.makes+x@shop.example today', 'mira.makes'];
    }

    /** @dataProvider secrets */
    public function testWhatLooksLikeASecretIsTakenOut(string $text, string $secret): void
    {
        self::assertStringNotContainsString($secret, Redaction::of($text));
    }

    public function testWhatHelpsStays(): void
    {
        foreach ([
            'the lead 01a213e5-9711-7d84-a2d0-c6357330d9e1 was erased',
            'look for 0f3a9c0d1e2b4f5a in the daemon’s log',
            'REDIRECT_URI_NOT_ALLOWED: https://shop.example/leadtap/callback/',
            'There is no socket at /run/leadtap/leadtap.sock: is the daemon running?',
            'TOO_MANY_PENDING_AUTHORIZATIONS_OF_THE_SITE',
            'this caller lacks the permission `leads`: add it to its [[caller]] in the configuration',
        ] as $text) {
            self::assertSame($text, Redaction::of($text));
        }
    }

    public function testTheShopsLogIsRedactedWithItsFacts(): void
    {
        (new WooLog())->error('it failed with code=' . self::SECRET, ['why' => 'state=' . self::SECRET, 'user.id' => 7]);
        [$level, $line] = Admin::$log[0];
        self::assertSame('error', $level);
        self::assertStringNotContainsString(self::SECRET, $line);
        self::assertStringContainsString('"user.id":7', $line);
    }

    public function testWhatIsNoTextIsNotPassedOn(): void
    {
        self::assertSame('[unreadable]', Redaction::of("\xff code=" . self::SECRET));
    }
}
