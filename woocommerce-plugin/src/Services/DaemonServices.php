<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\Calls;
use Leadtap\WooCommerce\Gateway\MetaCallbacks;
use Leadtap\WooCommerce\Gateway\SettingsChannels;
use Leadtap\WooCommerce\Settings\Settings;

/** The daemon as the shop's people and Meta see it. */
final class DaemonServices implements Services
{
    public function define(Container $container): void
    {
        $container->set(Calls::class, static fn (Container $c) => new Calls(new SettingsChannels($c->get(Settings::class))));
        $container->set(BackOffice::class, static fn (Container $c) => new BackOffice($c->get(Calls::class)));
        $container->set(MetaCallbacks::class, static fn (Container $c) => new MetaCallbacks($c->get(Calls::class)));
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
