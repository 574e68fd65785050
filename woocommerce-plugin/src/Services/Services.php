<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Routing\Route;

/** How the classes of one part of the plugin are made. Only these and Plugin see the container. */
interface Services
{
    /** Gives the container a factory for each class. */
    public function define(Container $container): void;

    /** @return list<class-string<Module>> those of them that hook into WordPress */
    public function modules(): array;

    /** @return array<string, class-string<Route>> its routes by name, each made only when it is asked for */
    public function routes(): array;
}
