<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Gateway\SettingsChannels;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Log\WooLog;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Routing\WordPressResponder;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\SystemClock;

/** What every other part uses. */
final class CoreServices implements Services
{
    public function define(Container $container): void
    {
        $container->set(Clock::class, static fn () => new SystemClock());
        $container->set(Log::class, static fn () => new WooLog());
        $container->set(Lock::class, static fn () => new Lock());
        $container->set(Settings::class, static fn () => new Settings());
        $container->set(Urls::class, static fn (Container $c) => new Urls($c->get(Settings::class)));
        $container->set(Responder::class, static fn () => new WordPressResponder());
        $container->set(CircuitBreaker::class, static fn (Container $c) => new CircuitBreaker($c->get(Clock::class)));
        $container->set(Gateway::class, static fn (Container $c) => new Gateway(
            new SettingsChannels($c->get(Settings::class)),
            $c->get(CircuitBreaker::class)
        ));
    }

    public function modules(): array
    {
        return [];
    }

    public function routes(): array
    {
        return [];
    }
}
