<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Gateway\InstagramIds;
use Leadtap\WooCommerce\Gateway\Person;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class LinkedAccountsTest extends TestCase
{
    private LinkedAccounts $accounts;

    private MemoryLog $log;

    protected function setUp(): void
    {
        parent::setUp();
        $this->log = new MemoryLog();
        $this->accounts = new LinkedAccounts(new Lock(), new TestClock(), $this->log);
    }

    public function testAUserIsFoundByEitherId(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example');
        self::assertNull($this->accounts->link($user, self::person('1', '2')));
        self::assertSame(5, $this->accounts->userFor(new InstagramIds('1', '2'))->ID);
        self::assertSame(5, $this->accounts->userFor(new InstagramIds('1', ''))->ID);
        self::assertSame(5, $this->accounts->userFor(new InstagramIds('9', '2'))->ID, 'another app, the same account');
        self::assertNull($this->accounts->userFor(new InstagramIds('2', '1')), 'the two kinds are never mixed');
        self::assertNull($this->accounts->userFor(new InstagramIds('1', '7')), 'none that both have may differ');
    }

    public function testNumbersBeyondAFloatStayApart(): void
    {
        $this->accounts->link(WordPress::addUser(5, 'ada@shop.example'), self::person('9007199254740993', '18446744073709551615'));
        self::assertNull($this->accounts->userFor(new InstagramIds('9007199254740992', '18446744073709551614')));
    }

    public function testOneInstagramAccountBelongsToOneUser(): void
    {
        $this->accounts->link(WordPress::addUser(5, 'ada@shop.example'), self::person('1', '2'));
        self::assertSame('taken', $this->accounts->link(WordPress::addUser(6, 'eve@shop.example'), self::person('1', '2')));
        self::assertSame('has_other', $this->accounts->link(WordPress::$users[5], self::person('3', '4')));
        self::assertNull($this->accounts->of(6));
        self::assertSame('2', $this->accounts->of(5)->ids->userId());
    }

    public function testEntriesThatPointToTwoUsersLogInNobody(): void
    {
        $this->accounts->link(WordPress::addUser(5, 'ada@shop.example'), self::person('1', '2'));
        WordPress::addUser(6, 'eve@shop.example');
        WordPress::$meta[6] = ['_leadtap_1_ig_user_2' => '1'];
        self::assertNull($this->accounts->userFor(new InstagramIds('1', '2')));
        self::assertTrue($this->accounts->isTaken(new InstagramIds('1', '2')));
        self::assertStringContainsString('Two users', $this->log->lines[0]);
    }

    public function testAnEntryWithoutTheLinkItselfLogsInNobody(): void
    {
        WordPress::addUser(6, 'eve@shop.example');
        WordPress::$meta[6] = ['_leadtap_1_ig_1' => '1'];
        self::assertNull($this->accounts->userFor(new InstagramIds('1', '2')));
    }

    public function testALoginKeepsWhatIsNewAndForgetsWhatIsOld(): void
    {
        $this->accounts->link(WordPress::addUser(5, 'ada@shop.example'), self::person('1', '2', 'old.name'));
        WordPress::$now += 60;
        $this->accounts->refresh(5, self::person('3', '2', 'new.name'));
        $link = $this->accounts->of(5);
        self::assertSame(['new.name', '3', WordPress::$now - 60], [$link->username, $link->ids->scopedId(), $link->linkedTime]);
        self::assertNull($this->accounts->userFor(new InstagramIds('1', '')));
    }

    public function testUnlinkingLeavesNothingThatALoginFinds(): void
    {
        $this->accounts->link(WordPress::addUser(5, 'ada@shop.example'), self::person('1', '2'));
        $told = [];
        add_action('leadtap_unlinked', static function (int $id) use (&$told): void {
            $told[] = $id;
        });
        $this->accounts->unlink(5);
        $this->accounts->unlink(5);
        self::assertSame([], WordPress::$meta[5]);
        self::assertSame([5], $told);
    }

    public function testADamagedLinkIsNone(): void
    {
        foreach (['text', ['lead' => 'x'], ['lead' => 'x', 'id' => 'no number', 'user_id' => '']] as $damage) {
            WordPress::$meta[5] = ['_leadtap_1_link' => $damage];
            self::assertNull($this->accounts->of(5));
        }
    }

    public function testTheLockIsGoneAfterwardsAndOneOfADeadProcessIsTakenOver(): void
    {
        $lock = new Lock();
        self::assertSame('done', $lock->hold('name', static fn () => 'done'));
        self::assertSame([], preg_grep('/^leadtap_lock_/', array_keys(WordPress::$options)));
        WordPress::$options['leadtap_lock_' . substr(hash('sha256', 'name'), 0, 40)] = '1';
        self::assertSame('done', $lock->hold('name', static fn () => 'done'));
    }

    private static function person(string $scopedId, string $userId, string $username = 'ada'): Person
    {
        return new Person('lead', new InstagramIds($scopedId, $userId), $username, 'Ada', 'etag');
    }
}
