<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

use Leadtap\WooCommerce\Module;

/** Gives a request for one of the plugin's addresses to its route, without rewrite rules. */
final class Router implements Module
{
    /** After 10, where WooCommerce loads the cart from the session. */
    private const PRIORITY = 20;

    private Urls $urls;

    /** @var array<string, callable(): Route> */
    private array $routes;

    /**
     * @param array<string, callable(): Route> $routes by name, 1 to 32 of `a-z _`: the value of `?leadtap=`, and the
     *                                                 last part of `/leadtap/NAME/`
     */
    public function __construct(Urls $urls, array $routes)
    {
        $this->urls = $urls;
        $this->routes = $routes;
    }

    public function register(): void
    {
        add_action('wp_loaded', [$this, 'dispatch'], self::PRIORITY);
    }

    public function dispatch(): void
    {
        $name = $this->urls->requested();
        if ($name === null || is_admin()) {
            return;
        }
        NoStore::send();
        $route = isset($this->routes[$name]) ? ($this->routes[$name])() : null;
        if ($route === null || !$route->isOpen()) {
            self::answerNotFound();

            return;
        }
        $route->handle();
    }

    /** The theme's own page for what is not there. */
    private static function answerNotFound(): void
    {
        add_filter('redirect_canonical', '__return_false');
        add_action('wp', static function (): void {
            global $wp_query;
            $wp_query->set_404();
            status_header(404);
            NoStore::send();
        });
    }
}
