<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\ConfigurationCheck;
use Leadtap\WooCommerce\Admin\ConfigurationLines;
use Leadtap\WooCommerce\Admin\ConnectionTest;
use Leadtap\WooCommerce\Admin\Host;
use Leadtap\WooCommerce\Admin\SiteHealth;
use Leadtap\WooCommerce\Admin\WatchState;
use Leadtap\WooCommerce\Client\V1\Site;
use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\FakeHost;
use Leadtap\WooCommerce\Tests\Support\TestClock;

final class SiteHealthTest extends AdminTestCase
{
    /** @return iterable<string, array{int, list<string>, bool, string}> */
    public function states(): iterable
    {
        $all = ['login', 'leads', 'platform'];
        yield 'well' => [Host::CONNECTED, $all, true, 'good'];
        yield 'it may too much' => [Host::CONNECTED, array_merge($all, ['admin']), true, 'recommended'];
        yield 'shoppers meet it' => [Host::REFUSED, $all, true, 'critical'];
        yield 'nobody meets it yet' => [Host::REFUSED, $all, false, 'recommended'];
    }

    /**
     * @dataProvider states
     *
     * @param list<string> $permissions
     */
    public function testItIsAsSeriousAsWhatShoppersMeet(int $connect, array $permissions, bool $enabled, string $status): void
    {
        self::settings(['enabled' => $enabled]);
        $host = new FakeHost();
        $host->connect = $connect;
        $this->daemon->answers((new Site())
            ->setDaemonVersion(Plugin::VERSION)
            ->setPermissions($permissions)
            ->setRedirectUris(['https://shop.example/leadtap/callback/']));
        $result = $this->health($host)->run();
        self::assertSame($status, $result['status']);
        self::assertStringContainsString('leadtap-findings', $result['description']);
        self::assertSame('leadtap', $result['test']);
    }

    public function testItJoinsTheOtherTests(): void
    {
        $tests = $this->health(new FakeHost())->add(['direct' => ['other' => []]]);
        self::assertSame(['other', 'leadtap'], array_keys($tests['direct']));
    }

    public function testWhatSupportAsksForHoldsNoSecret(): void
    {
        self::settings(['token_file' => '/etc/leadtap/shop.token']);
        $fields = $this->health(new FakeHost())->addFacts([])['leadtap']['fields'];
        self::assertSame(Plugin::VERSION, $fields['version']['value']);
        self::assertStringNotContainsString('token', serialize($fields));
    }

    private function health(FakeHost $host): SiteHealth
    {
        $settings = new Settings();
        $urls = new Urls($settings);
        $lines = new ConfigurationLines($urls, $host);
        $test = new ConnectionTest($settings, $this->office, $host, $lines, new ConfigurationCheck($urls, $lines));

        return new SiteHealth($settings, $test, new CircuitBreaker(new TestClock()), new WatchState());
    }
}
