<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Account\LeadSync;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Account\Newcomers;
use Leadtap\WooCommerce\Account\PendingStore;
use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Login\Arrival;
use Leadtap\WooCommerce\Login\BrowserCookies;
use Leadtap\WooCommerce\Login\CallbackRoute;
use Leadtap\WooCommerce\Login\Cookies;
use Leadtap\WooCommerce\Login\Departure;
use Leadtap\WooCommerce\Login\Entrance;
use Leadtap\WooCommerce\Login\FlowCookies;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\LinkArrival;
use Leadtap\WooCommerce\Login\Logout;
use Leadtap\WooCommerce\Login\OutcomeNotice;
use Leadtap\WooCommerce\Login\Patience;
use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Login\RolePolicy;
use Leadtap\WooCommerce\Login\SignIn;
use Leadtap\WooCommerce\Login\StartRoute;
use Leadtap\WooCommerce\Login\Visitor;
use Leadtap\WooCommerce\Login\Welcome;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;

/** To Instagram and back. */
final class LoginServices implements Services
{
    public function define(Container $container): void
    {
        $container->set(Cookies::class, static fn () => new BrowserCookies());
        $container->set(ReturnTo::class, static fn (Container $c) => new ReturnTo($c->get(Urls::class)));
        $container->set(RolePolicy::class, static fn (Container $c) => new RolePolicy($c->get(Settings::class)));
        $container->set(FlowCookies::class, static fn (Container $c) => new FlowCookies(
            $c->get(Cookies::class),
            $c->get(Clock::class)
        ));
        $container->set(Landing::class, static fn (Container $c) => new Landing(
            $c->get(Urls::class),
            $c->get(ReturnTo::class),
            $c->get(Responder::class)
        ));
        $container->set(SignIn::class, static fn (Container $c) => new SignIn(
            $c->get(RolePolicy::class),
            $c->get(Lock::class),
            $c->get(Log::class)
        ));
        $container->set(Welcome::class, static fn (Container $c) => new Welcome(
            $c->get(Settings::class),
            $c->get(ReturnTo::class),
            $c->get(Responder::class)
        ));
        $container->set(Entrance::class, static fn (Container $c) => new Entrance(
            $c->get(SignIn::class),
            $c->get(Welcome::class),
            $c->get(Landing::class)
        ));
        $container->set(Departure::class, static fn (Container $c) => new Departure(
            $c->get(Gateway::class),
            $c->get(Urls::class),
            $c->get(FlowCookies::class),
            $c->get(Landing::class),
            $c->get(Responder::class),
            $c->get(Log::class)
        ));
        $container->set(Patience::class, static fn (Container $c) => new Patience(
            $c->get(FlowCookies::class),
            $c->get(Urls::class),
            $c->get(Landing::class),
            $c->get(Responder::class)
        ));
        $container->set(LinkArrival::class, static fn (Container $c) => new LinkArrival(
            $c->get(LinkedAccounts::class),
            $c->get(RolePolicy::class),
            $c->get(LeadSync::class),
            $c->get(Landing::class),
            $c->get(Welcome::class)
        ));
        $container->set(Arrival::class, static fn (Container $c) => new Arrival(
            $c->get(LinkedAccounts::class),
            $c->get(Newcomers::class),
            $c->get(PendingStore::class),
            $c->get(Entrance::class),
            $c->get(LinkArrival::class),
            $c->get(Landing::class),
            $c->get(Urls::class),
            $c->get(Responder::class),
            $c->get(Log::class)
        ));
        $container->set(Visitor::class, static fn (Container $c) => new Visitor($c->get(RateLimit::class)));
        $container->set(StartRoute::class, static fn (Container $c) => new StartRoute(
            $c->get(Settings::class),
            $c->get(Urls::class),
            $c->get(ReturnTo::class),
            $c->get(FlowCookies::class),
            $c->get(Visitor::class),
            $c->get(Departure::class),
            $c->get(Landing::class),
            $c->get(Responder::class)
        ));
        $container->set(CallbackRoute::class, static fn (Container $c) => new CallbackRoute(
            $c->get(Settings::class),
            $c->get(Gateway::class),
            $c->get(FlowCookies::class),
            $c->get(ReturnTo::class),
            $c->get(Landing::class),
            $c->get(Arrival::class),
            $c->get(Patience::class),
            $c->get(Responder::class),
            $c->get(Log::class)
        ));
        $container->set(Logout::class, static fn (Container $c) => new Logout($c->get(FlowCookies::class)));
        $container->set(OutcomeNotice::class, static fn (Container $c) => new OutcomeNotice(
            $c->get(Settings::class),
            $c->get(Urls::class)
        ));
    }

    public function modules(): array
    {
        return [Logout::class, OutcomeNotice::class];
    }

    public function routes(): array
    {
        return [
            StartRoute::NAME => StartRoute::class,
            CallbackRoute::NAME => CallbackRoute::class,
        ];
    }
}
