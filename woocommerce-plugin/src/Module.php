<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** A part of the plugin that hooks itself into WordPress. */
interface Module
{
    /** Adds actions and filters. Does no work of its own yet: it runs on every request. */
    public function register(): void;
}
