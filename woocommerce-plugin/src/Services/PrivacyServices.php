<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\MetaCallbacks;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Platform\DeauthorizeRoute;
use Leadtap\WooCommerce\Platform\DeletionRoute;
use Leadtap\WooCommerce\Platform\DeletionStatusRoute;
use Leadtap\WooCommerce\Privacy\Eraser;
use Leadtap\WooCommerce\Privacy\Exporter;
use Leadtap\WooCommerce\Privacy\Links;
use Leadtap\WooCommerce\Privacy\PersonLeads;
use Leadtap\WooCommerce\Privacy\PolicyText;
use Leadtap\WooCommerce\Privacy\UserFacts;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\JsonResponder;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Routing\WordPressJsonResponder;

/** What Meta and the law ask: Meta's two callbacks with the page to look them up, and WordPress's privacy tools. */
final class PrivacyServices implements Services
{
    public function define(Container $container): void
    {
        $container->set(JsonResponder::class, static fn () => new WordPressJsonResponder());
        $container->set(Links::class, static fn (Container $c) => new Links($c->get(LinkedAccounts::class)));
        $container->set(PersonLeads::class, static fn (Container $c) => new PersonLeads($c->get(BackOffice::class), $c->get(Links::class)));
        $container->set(Exporter::class, static fn (Container $c) => new Exporter(
            $c->get(BackOffice::class),
            $c->get(PersonLeads::class),
            new UserFacts($c->get(LinkedAccounts::class)),
            $c->get(Log::class)
        ));
        $container->set(Eraser::class, static fn (Container $c) => new Eraser(
            $c->get(BackOffice::class),
            $c->get(PersonLeads::class),
            $c->get(Links::class),
            $c->get(Log::class)
        ));
        $container->set(PolicyText::class, static fn () => new PolicyText());
        self::defineRoutes($container);
    }

    public function modules(): array
    {
        // WordPress's privacy tools run in the admin area and in jobs.
        return is_admin() || wp_doing_cron() || (defined('WP_CLI') && WP_CLI)
            ? [Exporter::class, Eraser::class, PolicyText::class]
            : [];
    }

    public function routes(): array
    {
        return [
            'deauthorize' => DeauthorizeRoute::class,
            'deletion' => DeletionRoute::class,
            'deletion_status' => DeletionStatusRoute::class,
        ];
    }

    private static function defineRoutes(Container $container): void
    {
        $container->set(DeauthorizeRoute::class, static fn (Container $c) => new DeauthorizeRoute(
            $c->get(MetaCallbacks::class),
            $c->get(JsonResponder::class),
            $c->get(Log::class),
            $c->get(RateLimit::class)
        ));
        $container->set(DeletionRoute::class, static fn (Container $c) => new DeletionRoute(
            $c->get(MetaCallbacks::class),
            $c->get(Links::class),
            $c->get(Urls::class),
            $c->get(JsonResponder::class),
            $c->get(Log::class),
            $c->get(RateLimit::class)
        ));
        $container->set(DeletionStatusRoute::class, static fn (Container $c) => new DeletionStatusRoute(
            $c->get(MetaCallbacks::class),
            $c->get(Urls::class),
            $c->get(Responder::class),
            $c->get(Log::class)
        ));
    }
}
