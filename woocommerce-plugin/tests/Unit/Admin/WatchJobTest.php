<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\Watch;
use Leadtap\WooCommerce\Admin\WatchJob;
use Leadtap\WooCommerce\Admin\WatchState;
use Leadtap\WooCommerce\Client\V1\GetLeadStatisticsResponse;
use Leadtap\WooCommerce\Services\AdminServices;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class WatchJobTest extends AdminTestCase
{
    public function testAJobThatRunsAtTheEndOfAVisitorsRequestIsFoundAndNothingIsMadeBefore(): void
    {
        self::settings(['enabled' => true]);
        self::assertContains(WatchJob::class, (new AdminServices())->modules(), 'outside the admin area, and not in cron yet');
        $made = 0;
        (new WatchJob(function () use (&$made): Watch {
            $made++;

            return new Watch(new Settings(), $this->office, new WatchState(), new TestClock(), new MemoryLog());
        }))->register();
        self::assertSame(0, $made);
        $this->daemon->answers(new GetLeadStatisticsResponse());
        do_action(WatchJob::HOOK);
        self::assertSame([1, ['GetLeadStatistics']], [$made, $this->daemon->called()]);
    }

    public function testThePluginThatIsSwitchedOffLeavesNoJobBehind(): void
    {
        WatchJob::unschedule(false);
        self::assertSame([[1, WatchJob::HOOK]], WordPress::$unscheduled);
    }

    public function testNorOnAnySiteOfANetwork(): void
    {
        WordPress::$isMultisite = true;
        WordPress::$sites = [1, 2, 7];
        WatchJob::unschedule(true);
        self::assertSame([[1, WatchJob::HOOK], [2, WatchJob::HOOK], [7, WatchJob::HOOK]], WordPress::$unscheduled);
        self::assertSame(1, get_current_blog_id());
        WordPress::$unscheduled = [];
        WatchJob::unschedule(false);
        self::assertSame([[1, WatchJob::HOOK]], WordPress::$unscheduled, 'switched off on one site alone');
    }
}
