<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\AccountType;
use Leadtap\WooCommerce\Client\V1\GetLeadStatisticsRequest;
use Leadtap\WooCommerce\Client\V1\GetLeadStatisticsResponse;
use Leadtap\WooCommerce\Client\V1\LeadStatistics;
use Leadtap\WooCommerce\Client\V1\TokenCount;
use Leadtap\WooCommerce\Client\V1\TokenEndReason;
use Leadtap\WooCommerce\Client\V1\TokenState;
use Leadtap\WooCommerce\Client\V1\TokenStatus;
use Leadtap\WooCommerce\Gateway\TokenStates;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;

final class BackOfficeTest extends AdminTestCase
{
    public function testALeadIsToldInThePluginsOwnWords(): void
    {
        $lead = self::lead(self::LEAD, 'mira@shop.example', true);
        $lead->getInstagram()->setAccountType(AccountType::CREATOR)->setFollowersCount(0);
        $lead->setToken((new TokenStatus())->setState(TokenState::REVOKED)->setEndReason(TokenEndReason::APP_REMOVED));
        $this->daemon->answers($lead);
        $record = $this->office->lead(self::LEAD);
        self::assertNotNull($record);
        self::assertSame(['creator', 0, null], [$record->accountType, $record->followers, $record->posts]);
        self::assertSame(['revoked', 'app_removed'], [$record->tokenState, $record->tokenEndReason]);
        self::assertSame(1790000000, $record->emailVerifiedTime);
        self::assertNull($record->lastLoginTime);
    }

    public function testWhatANewerDaemonSaysCountsAsNotTold(): void
    {
        $lead = self::lead()->setToken((new TokenStatus())->setState(99)->setEndReason(99));
        $lead->getInstagram()->setAccountType(99);
        $this->daemon->answers($lead);
        $record = $this->office->lead(self::LEAD);
        self::assertSame(['', 'none', ''], [$record->accountType, $record->tokenState, $record->tokenEndReason]);
    }

    public function testALeadThatIsNotThereIsNull(): void
    {
        $this->daemon->refuses(Status::NOT_FOUND, 'LEAD_NOT_FOUND', 'FIX_REQUEST');
        self::assertNull($this->office->lead(self::LEAD));
        $this->daemon->refuses(Status::NOT_FOUND, 'LEAD_NOT_FOUND', 'FIX_REQUEST');
        self::assertFalse($this->office->erase(self::LEAD));
    }

    public function testDaysAndTokensAreCounted(): void
    {
        $day = static fn (int $new, int $logins) => (new LeadStatistics())->setNewLeads($new)->setLogins($logins);
        $this->daemon->answers((new GetLeadStatisticsResponse())
            ->setIntervals([$day(1, 2), $day(0, 5)])
            ->setTokenCounts([(new TokenCount())->setState(TokenState::LONG_LIVED)->setCount(7)])
            ->setTokenCountTime((new Timestamp())->setSeconds(1790000000)));
        $statistics = $this->office->statistics([0, 86400, 172800]);
        self::assertSame([0, 86400], array_column($statistics->days, 'start'));
        self::assertSame([[1, 2], [0, 5]], array_map(static fn ($day) => [$day->newLeads, $day->logins], $statistics->days));
        self::assertSame([7, 0], [$statistics->tokensIn(TokenStates::LONG_LIVED), $statistics->tokensIn(TokenStates::EXPIRED)]);
        self::assertCount(3, $this->daemon->request(GetLeadStatisticsRequest::class)->getBoundaries());
    }

    public function testACallOfAPageHasADeadlineBelowTwoSeconds(): void
    {
        $this->daemon->answers(self::page([]));
        $this->office->leads('', 'create_time desc', 25, '');
        self::assertMatchesRegularExpression('/^(1[0-9]{3}m|1[0-9]{6}u|1[0-9]{9}n)$/D', $this->daemon->calls[0]['timeout']);
    }
}
