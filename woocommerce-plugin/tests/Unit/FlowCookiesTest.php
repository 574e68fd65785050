<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Login\Flow;
use Leadtap\WooCommerce\Login\FlowCookies;
use Leadtap\WooCommerce\Tests\Support\FakeCookies;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class FlowCookiesTest extends TestCase
{
    private FakeCookies $cookies;

    private FlowCookies $flows;

    protected function setUp(): void
    {
        parent::setUp();
        $this->cookies = new FakeCookies();
        $this->flows = new FlowCookies($this->cookies, new TestClock());
    }

    public function testALoginComesBackAsItWasKept(): void
    {
        $flow = self::flow('state', Flow::LINK, 5);
        $flow->callbackQuery = 'code=a%20b&state=state';
        self::assertTrue($this->flows->keep($flow));
        self::assertEquals($flow, $this->flows->read($flow->id));
    }

    public function testWhoChangesTheCookieHasNone(): void
    {
        $flow = self::flow('state', Flow::LINK, 5);
        $this->flows->keep($flow);
        $name = 'leadtap_' . $flow->id;
        [$secret, $payload, $mac] = explode('.', $this->cookies->kept[$name]);
        $forged = rtrim(strtr(base64_encode(str_replace('"u":5', '"u":1', (string) base64_decode(strtr($payload, '-_', '+/')))), '+/', '-_'), '=');
        self::assertNotSame($payload, $forged);
        foreach (["{$secret}.{$forged}.{$mac}", "{$secret}.{$payload}", "{$payload}.{$secret}.{$mac}", '', 'x.y.z'] as $value) {
            $this->cookies->kept[$name] = $value;
            self::assertNull($this->flows->read($flow->id), $value);
        }
    }

    public function testACookieOfOneLoginIsNoneOfAnother(): void
    {
        $one = self::flow('one');
        $two = self::flow('two');
        $this->flows->keep($one);
        $this->cookies->kept['leadtap_' . $two->id] = $this->cookies->kept['leadtap_' . $one->id];
        self::assertNull($this->flows->read($two->id));
    }

    public function testOnlySoManyAreKeptAndTheOldestGoes(): void
    {
        for ($number = 0; $number < 9; $number++) {
            $this->flows->keep(self::flow("state {$number}", Flow::LOGIN, 0, $number));
        }
        self::assertCount(6, preg_grep('/^leadtap_/', array_keys($this->cookies->kept)));
        self::assertNull($this->flows->read(Flow::idOfState('state 0')));
        self::assertSame(Flow::idOfState('state 8'), $this->flows->newest()->id);
    }

    public function testAllTogetherStayFarFromWhatWebServersRefuse(): void
    {
        $long = '/' . str_repeat('long/', 119);
        for ($number = 0; $number < 6; $number++) {
            $flow = self::flow("state {$number}", Flow::LOGIN, 0, $number, $long);
            $flow->callbackQuery = 'code=' . str_repeat('c', 300);
            self::assertTrue($this->flows->keep($flow));
            $ours = array_intersect_key($this->cookies->kept, array_flip(preg_grep('/^leadtap_/', array_keys($this->cookies->kept))));
            self::assertLessThanOrEqual(4096, strlen(implode('', array_keys($ours)) . implode('', $ours)));
            self::assertSame($long, $this->flows->read($flow->id)->returnTo);
        }
        self::assertGreaterThanOrEqual(2, count($ours), 'two tabs still have two');
    }

    public function testTheLargestOneLeavesRoomForNoOther(): void
    {
        $this->flows->keep(self::flow('one', Flow::LOGIN, 0, 0, '/' . str_repeat('x', 400)));
        $flow = self::flow('two');
        $flow->callbackQuery = str_repeat('c', 2600);
        self::assertTrue($this->flows->keep($flow));
        self::assertNull($this->flows->read(Flow::idOfState('one')));
        self::assertNotNull($this->flows->read($flow->id));
    }

    public function testWhatABrowserWouldDropIsNotKept(): void
    {
        $flow = self::flow('state');
        $this->flows->keep($flow);
        $flow->callbackQuery = str_repeat('x', 4000);
        self::assertFalse($this->flows->keep($flow));
        self::assertSame('', $this->flows->read($flow->id)->callbackQuery, 'the one before stays');
    }

    public function testALogoutForgetsThemAll(): void
    {
        $this->flows->keep(self::flow('one'));
        $this->flows->keep(self::flow('two'));
        $this->flows->forgetAll();
        self::assertSame(['woocommerce_cart_hash'], array_keys($this->cookies->kept));
    }

    public function testNothingShowsTheSecret(): void
    {
        $flow = self::flow('state');
        self::assertStringNotContainsString($flow->secret(), print_r($flow, true));
        self::assertNotSame($flow->formToken('finish'), self::flow('state')->formToken('finish'), 'each has its own');
        self::assertTrue($flow->isFormToken('finish', $flow->formToken('finish')));
        self::assertFalse($flow->isFormToken('finish', ''));
    }

    private static function flow(string $state, string $intent = Flow::LOGIN, int $userId = 0, int $later = 0, string $returnTo = '/checkout/'): Flow
    {
        return new Flow(Flow::idOfState($state), Flow::newSecret(), $intent, $userId, 'checkout', $returnTo, WordPress::$now + 600 + $later);
    }
}
