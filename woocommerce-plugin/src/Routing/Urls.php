<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

use Leadtap\WooCommerce\Settings\Settings;

/** The addresses of the plugin's routes and of the pages it sends shoppers to. */
final class Urls
{
    /** The query variable of every route. */
    public const PARAMETER = 'leadtap';

    private Settings $settings;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
    }

    /**
     * For links on the shop's own pages: needs no rewrite rules.
     *
     * @param array<string, string> $arguments
     */
    public function link(string $route, array $arguments = []): string
    {
        return add_query_arg(
            [self::PARAMETER => $route] + array_map('rawurlencode', $arguments),
            home_url('/')
        );
    }

    /**
     * For Meta's dashboard, which compares addresses byte for byte: a path that
     * ends with a slash, as the dashboard writes it, and no query where the
     * site's permalinks allow that.
     */
    public function endpoint(string $route): string
    {
        $permalinks = (string) get_option('permalink_structure', '');
        if ($permalinks === '') {
            return $this->link($route);
        }
        $index = strncmp($permalinks, '/index.php/', 11) === 0 ? 'index.php/' : '';

        return home_url("/{$index}leadtap/{$route}/");
    }

    /** The redirect URI: what the daemon's configuration and Meta's dashboard must have. */
    public function callback(): string
    {
        return $this->settings->redirectUri() !== '' ? $this->settings->redirectUri() : $this->endpoint('callback');
    }

    /** @param array<string, string> $arguments */
    public function account(array $arguments = []): string
    {
        return add_query_arg(array_map('rawurlencode', $arguments), wc_get_page_permalink('myaccount'));
    }

    /** @param array<string, string> $arguments */
    public function checkout(array $arguments = []): string
    {
        return add_query_arg(array_map('rawurlencode', $arguments), wc_get_page_permalink('checkout'));
    }

    public function accountDetails(): string
    {
        return wc_get_endpoint_url('edit-account', '', wc_get_page_permalink('myaccount'));
    }

    /** Which route the request is for, whether such a route is there or not; null: none of ours. */
    public function requested(): ?string
    {
        $named = $_GET[self::PARAMETER] ?? null;
        if (is_string($named) && preg_match('/^[a-z_]{1,32}$/D', $named) === 1) {
            return $named;
        }
        $path = self::path((string) ($_SERVER['REQUEST_URI'] ?? ''));
        $base = rtrim(self::path(home_url('/')), '/');
        $pattern = '#^' . preg_quote($base, '#') . '(?:/index\.php)?/leadtap/([a-z_]{1,32})/?$#D';
        if (preg_match($pattern, $path, $parts) === 1) {
            return $parts[1];
        }

        return $this->isOwnCallback($path) ? 'callback' : null;
    }

    /** An admin may have chosen another path for the callback than ours. Without Instagram's answer it is a page as before. */
    private function isOwnCallback(string $path): bool
    {
        $chosen = $this->settings->redirectUri();

        return $chosen !== '' && parse_url($chosen, PHP_URL_QUERY) === null && self::path($chosen) === $path
            && CallbackAddress::isPossible($chosen) && CallbackAddress::isAnswer();
    }

    /** Of an address, beginning with a slash. */
    public static function path(string $url): string
    {
        // Two slashes at the beginning would be read as a host.
        $path = parse_url((string) preg_replace('#^/{2,}#', '/', $url), PHP_URL_PATH);

        return is_string($path) && $path !== '' ? $path : '/';
    }
}
