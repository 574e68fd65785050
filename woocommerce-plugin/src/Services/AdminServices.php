<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Admin\ConfigurationCheck;
use Leadtap\WooCommerce\Admin\ConfigurationLines;
use Leadtap\WooCommerce\Admin\ConnectionTest;
use Leadtap\WooCommerce\Admin\Export;
use Leadtap\WooCommerce\Admin\Host;
use Leadtap\WooCommerce\Admin\LeadActions;
use Leadtap\WooCommerce\Admin\LeadDetails;
use Leadtap\WooCommerce\Admin\LeadFinder;
use Leadtap\WooCommerce\Admin\LeadPanel;
use Leadtap\WooCommerce\Admin\LeadsPage;
use Leadtap\WooCommerce\Admin\Notices;
use Leadtap\WooCommerce\Admin\OrderPanel;
use Leadtap\WooCommerce\Admin\SettingsPage;
use Leadtap\WooCommerce\Admin\SiteHealth;
use Leadtap\WooCommerce\Admin\SystemHost;
use Leadtap\WooCommerce\Admin\UserProfile;
use Leadtap\WooCommerce\Admin\Watch;
use Leadtap\WooCommerce\Admin\WatchJob;
use Leadtap\WooCommerce\Admin\WatchState;
use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Privacy\Links;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\ConsentTexts;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Settings\SettingsForm;

/** What the shop's people see. No visitor's request loads any of it. */
final class AdminServices implements Services
{
    public function define(Container $container): void
    {
        self::defineChecks($container);
        self::defineSettings($container);
        self::defineLeads($container);
        self::defineWatch($container);
    }

    public function modules(): array
    {
        $runsJobs = wp_doing_cron() || (defined('WP_CLI') && WP_CLI);
        if (!is_admin()) {
            // WordPress does its health checks in the background too.
            return $runsJobs ? [WatchJob::class, SiteHealth::class] : [WatchJob::class];
        }

        return [
            LeadsPage::class,
            LeadActions::class,
            Export::class,
            SettingsPage::class,
            UserProfile::class,
            OrderPanel::class,
            SiteHealth::class,
            Watch::class,
            WatchJob::class,
            Notices::class,
        ];
    }

    public function routes(): array
    {
        return [];
    }

    private static function defineChecks(Container $container): void
    {
        $container->set(Host::class, static fn () => new SystemHost());
        $container->set(ConfigurationLines::class, static fn (Container $c) => new ConfigurationLines(
            $c->get(Urls::class),
            $c->get(Host::class)
        ));
        $container->set(ConfigurationCheck::class, static fn (Container $c) => new ConfigurationCheck(
            $c->get(Urls::class),
            $c->get(ConfigurationLines::class)
        ));
        $container->set(ConnectionTest::class, static fn (Container $c) => new ConnectionTest(
            $c->get(Settings::class),
            $c->get(BackOffice::class),
            $c->get(Host::class),
            $c->get(ConfigurationLines::class),
            $c->get(ConfigurationCheck::class)
        ));
        $container->set(SiteHealth::class, static fn (Container $c) => new SiteHealth(
            $c->get(Settings::class),
            $c->get(ConnectionTest::class),
            $c->get(CircuitBreaker::class),
            $c->get(WatchState::class)
        ));
    }

    private static function defineSettings(Container $container): void
    {
        $container->set(ConsentTexts::class, static fn (Container $c) => new ConsentTexts($c->get(Clock::class)));
        $container->set(SettingsForm::class, static fn (Container $c) => new SettingsForm($c->get(ConsentTexts::class)));
        $container->set(SettingsPage::class, static fn (Container $c) => new SettingsPage(
            $c->get(Settings::class),
            $c->get(SettingsForm::class),
            $c->get(ConsentTexts::class),
            $c->get(ConnectionTest::class),
            $c->get(ConfigurationLines::class),
            $c->get(Urls::class),
            $c->get(CircuitBreaker::class),
            $c->get(WatchState::class),
            $c->get(Log::class)
        ));
    }

    private static function defineLeads(Container $container): void
    {
        $container->set(LeadsPage::class, static fn (Container $c) => new LeadsPage(
            $c->get(BackOffice::class),
            new LeadFinder($c->get(BackOffice::class)),
            new LeadDetails($c->get(BackOffice::class), $c->get(Links::class), $c->get(Log::class)),
            $c->get(Clock::class),
            $c->get(Log::class)
        ));
        $container->set(LeadActions::class, static fn (Container $c) => new LeadActions(
            $c->get(BackOffice::class),
            $c->get(Links::class),
            $c->get(Log::class)
        ));
        $container->set(Export::class, static fn (Container $c) => new Export($c->get(BackOffice::class), $c->get(Log::class)));
        $container->set(LeadPanel::class, static fn (Container $c) => new LeadPanel(
            $c->get(BackOffice::class),
            $c->get(CircuitBreaker::class),
            $c->get(Links::class),
            $c->get(Log::class)
        ));
        $container->set(UserProfile::class, static fn (Container $c) => new UserProfile($c->get(LeadPanel::class)));
        $container->set(OrderPanel::class, static fn (Container $c) => new OrderPanel($c->get(LeadPanel::class)));
    }

    private static function defineWatch(Container $container): void
    {
        $container->set(WatchState::class, static fn () => new WatchState());
        $container->set(Watch::class, static fn (Container $c) => new Watch(
            $c->get(Settings::class),
            $c->get(BackOffice::class),
            $c->get(WatchState::class),
            $c->get(Clock::class),
            $c->get(Log::class)
        ));
        $container->set(WatchJob::class, static fn (Container $c) => new WatchJob(static fn () => $c->get(Watch::class)));
        $container->set(Notices::class, static fn (Container $c) => new Notices(
            $c->get(Settings::class),
            $c->get(WatchState::class),
            $c->get(Clock::class)
        ));
    }
}
