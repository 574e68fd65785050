<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Privacy;

use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Account\MetaKeys;
use Leadtap\WooCommerce\Gateway\InstagramIds;
use Leadtap\WooCommerce\Gateway\Person;
use Leadtap\WooCommerce\Privacy\Links;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class LinksTest extends TestCase
{
    private const LEAD = '01a213e5-9711-7d84-a2d0-c6357330d9e1';

    private Links $links;

    protected function setUp(): void
    {
        parent::setUp();
        $accounts = new LinkedAccounts(new Lock(), new TestClock(), new MemoryLog());
        $accounts->link(WordPress::addUser(5, 'ada@shop.example'), new Person(self::LEAD, new InstagramIds('1', '2'), 'ada', 'Ada', 'etag'));
        $this->links = new Links($accounts);
    }

    public function testALinkIsFoundWhicheverOfTheTwoIdsItIs(): void
    {
        self::assertSame([5], $this->links->usersOf('1'));
        self::assertSame([5], $this->links->usersOf('2'));
        self::assertSame([], $this->links->usersOf('3'));
        self::assertSame([self::LEAD, WordPress::$now], [$this->links->leadOf(5), $this->links->timeOf(5)]);
    }

    public function testALinkIsFoundByItsLead(): void
    {
        WordPress::addUser(6, 'eve@shop.example');
        WordPress::$meta[6] = [MetaKeys::link() => ['lead' => '01a213e5-0000-7d84-a2d0-c6357330d9e1', 'id' => '3', 'user_id' => '4', 'username' => self::LEAD]];
        self::assertSame([5], $this->links->usersOfLead(self::LEAD));
        self::assertSame([], $this->links->usersOfLead('01a213e5'));
    }

    public function testWhatIsNoIdFindsNobody(): void
    {
        self::assertSame([], $this->links->usersOf(''));
        self::assertSame([], $this->links->usersOf("1' OR '1'='1"));
    }

    public function testForgettingTakesTheInstagramAccountAndLeavesWhatIsTheShopsOwn(): void
    {
        WordPress::$meta[5] += [MetaKeys::consent() => ['version' => '1'], MetaKeys::emailProof() => ['email' => 'x'], 'billing_phone' => '1'];
        $this->links->forget(5);
        self::assertSame(['', 0], [$this->links->leadOf(5), $this->links->timeOf(5)]);
        self::assertSame([], $this->links->usersOf('1'));
        self::assertSame([MetaKeys::emailProof(), 'billing_phone'], array_keys(WordPress::$meta[5]));
    }

    public function testAnErasureOfThePersonTakesAllThatIsOfThePerson(): void
    {
        WordPress::$meta[5] += [
            MetaKeys::emailProof() => ['email' => 'x'],
            MetaKeys::emailRequest() => ['email' => 'x'],
            MetaKeys::consent() => ['version' => '1'],
            '_leadtap_1_of_a_later_version' => '1',
            MetaKeys::noPassword() => '1',
            'billing_phone' => '1',
        ];
        $this->links->forgetAll(5);
        // Without it an account could be locked out of, and it says nothing of the person.
        self::assertSame([MetaKeys::noPassword(), 'billing_phone'], array_keys(WordPress::$meta[5]));
    }

    public function testOtherSitesOfTheNetworkKeepTheirLinks(): void
    {
        $others = ['_leadtap_2_link' => ['lead' => 'x'], '_leadtap_2_ig_1' => '1', '_leadtap_11_consent' => ['version' => '1']];
        WordPress::$meta[5] += $others;
        $this->links->forgetAll(5);
        self::assertSame($others, WordPress::$meta[5]);
    }
}
