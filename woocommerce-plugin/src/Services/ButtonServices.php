<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Button\Assets;
use Leadtap\WooCommerce\Button\BlockCheckout;
use Leadtap\WooCommerce\Button\ButtonView;
use Leadtap\WooCommerce\Button\ClassicCheckout;
use Leadtap\WooCommerce\Button\MyAccount;
use Leadtap\WooCommerce\Button\Shortcode;
use Leadtap\WooCommerce\Button\WpLogin;
use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;

/** Where the button shows. */
final class ButtonServices implements Services
{
    public function define(Container $container): void
    {
        $container->set(Assets::class, static fn () => new Assets());
        $container->set(ButtonView::class, static fn (Container $c) => new ButtonView(
            $c->get(Settings::class),
            $c->get(Urls::class),
            $c->get(Landing::class),
            $c->get(Assets::class)
        ));
        $container->set(MyAccount::class, static fn (Container $c) => new MyAccount(
            $c->get(Settings::class),
            $c->get(ButtonView::class),
            $c->get(ReturnTo::class)
        ));
        $container->set(ClassicCheckout::class, static fn (Container $c) => new ClassicCheckout(
            $c->get(Settings::class),
            $c->get(ButtonView::class)
        ));
        $container->set(BlockCheckout::class, static fn (Container $c) => new BlockCheckout(
            $c->get(Settings::class),
            $c->get(ButtonView::class)
        ));
        $container->set(WpLogin::class, static fn (Container $c) => new WpLogin(
            $c->get(Settings::class),
            $c->get(ButtonView::class),
            $c->get(ReturnTo::class)
        ));
        $container->set(Shortcode::class, static fn (Container $c) => new Shortcode(
            $c->get(Settings::class),
            $c->get(ButtonView::class),
            $c->get(ReturnTo::class),
            $c->get(Assets::class)
        ));
    }

    public function modules(): array
    {
        return [MyAccount::class, ClassicCheckout::class, BlockCheckout::class, WpLogin::class, Shortcode::class];
    }

    public function routes(): array
    {
        return [];
    }
}
