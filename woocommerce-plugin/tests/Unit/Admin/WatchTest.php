<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\Watch;
use Leadtap\WooCommerce\Admin\WatchState;
use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\V1\GetLeadStatisticsResponse;
use Leadtap\WooCommerce\Client\V1\TokenCount;
use Leadtap\WooCommerce\Client\V1\TokenState;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\Admin;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class WatchTest extends AdminTestCase
{
    private WatchState $state;

    private Watch $watch;

    protected function setUp(): void
    {
        parent::setUp();
        self::settings(['enabled' => true]);
        WordPress::$options['admin_email'] = 'owner@shop.example';
        $this->state = new WatchState();
        $this->watch = new Watch(new Settings(), $this->office, $this->state, new TestClock(), new MemoryLog());
    }

    public function testADaemonThatIsAwayForAMomentTroublesNobody(): void
    {
        $this->down();
        self::assertSame([], $this->state->alarms(WordPress::$now));
        $this->hours(1);
        $this->well();
        self::assertSame([], $this->state->alarms(WordPress::$now));
        self::assertSame([], WordPress::$mails);
    }

    public function testADaemonThatStaysAwayIsToldOfOnceADay(): void
    {
        for ($hours = 0; $hours < 49; $hours++) {
            $this->down();
            $this->hours(1);
        }
        self::assertCount(2, WordPress::$mails);
        $mail = WordPress::$mails[0];
        self::assertSame('owner@shop.example', $mail['to']);
        self::assertSame('[Atelier & Nord] The Instagram login needs somebody', $mail['subject']);
        self::assertStringContainsString('has not answered for 60 minutes', $mail['body']);
        self::assertStringContainsString('went wrong last: There is no socket.', $mail['body']);
        self::assertStringContainsString('page=leadtap-settings', $mail['body']);
        self::assertCount(1, $this->state->alarms(WordPress::$now));
    }

    public function testWhenItIsBackTheNoticeGoes(): void
    {
        $this->down();
        $this->hours(2);
        $this->down();
        self::assertCount(1, $this->state->alarms(WordPress::$now));
        $this->well();
        self::assertSame([], $this->state->alarms(WordPress::$now));
    }

    public function testATestThatSucceedsTakesTheNoticeAwayAtOnce(): void
    {
        $this->down();
        $this->hours(2);
        self::assertCount(1, $this->state->alarms(WordPress::$now));
        $this->state->recovered();
        self::assertSame([], $this->state->alarms(WordPress::$now));
    }

    public function testTokensThatAreAboutToEndAreToldOf(): void
    {
        $this->well(3);
        self::assertStringContainsString('3 access tokens end within seven days', WordPress::$mails[0]['body']);
        $this->well(3);
        self::assertCount(1, WordPress::$mails);
    }

    public function testManyTokensThatEndAtOnceAreToldOfUntilTheNextDay(): void
    {
        $this->well(0, 20, 100);
        $this->hours(1);
        $this->well(0, 29, 100);
        self::assertSame([], $this->state->alarms(WordPress::$now), 'nine of a hundred are people who changed their minds');
        $this->hours(1);
        $this->well(0, 31, 100);
        self::assertStringContainsString('11 of 100 access tokens ended within a day', $this->state->alarms(WordPress::$now)[0]);
        $this->hours(22);
        $this->well(0, 31, 100);
        self::assertSame([], $this->state->alarms(WordPress::$now));
    }

    public function testADaemonThatHasNotCountedYetHasLostNoTokens(): void
    {
        $this->well(0, 20, 100);
        $this->daemon->answers(new GetLeadStatisticsResponse());
        $this->watch->look();
        $this->well(0, 20, 100);
        self::assertSame([], $this->state->alarms(WordPress::$now));
    }

    public function testAFewTokensOfASmallShopAreNoAlarm(): void
    {
        $this->well(0, 0, 6);
        $this->well(0, 4, 6);
        self::assertSame([], $this->state->alarms(WordPress::$now));
    }

    public function testALetterThatCouldNotBeSentIsTriedAgain(): void
    {
        Admin::$mailWorks = false;
        $this->well(1);
        Admin::$mailWorks = true;
        $this->hours(1);
        $this->well(1);
        self::assertCount(1, WordPress::$mails);
    }

    public function testAShopThatSwitchedTheLoginOffIsNotTroubled(): void
    {
        $this->down();
        self::settings(['enabled' => false]);
        $this->hours(5);
        $this->watch->look();
        self::assertCount(1, $this->daemon->calls);
        self::assertSame([], $this->state->alarms(WordPress::$now));
    }

    private function down(): void
    {
        $this->daemon->isNotThere();
        $this->watch->look();
    }

    private function well(int $expiring = 0, int $revoked = 0, int $all = 0): void
    {
        $counts = [];
        foreach ([TokenState::EXPIRING => $expiring, TokenState::REVOKED => $revoked, TokenState::LONG_LIVED => $all - $revoked] as $state => $count) {
            if ($count > 0) {
                $counts[] = (new TokenCount())->setState($state)->setCount($count);
            }
        }
        $this->daemon->answers((new GetLeadStatisticsResponse())
            ->setTokenCounts($counts)
            ->setTokenCountTime((new Timestamp())->setSeconds(WordPress::$now)));
        $this->watch->look();
    }

    private function hours(int $hours): void
    {
        WordPress::$now += $hours * HOUR_IN_SECONDS;
    }
}
