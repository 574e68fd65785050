<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Routing\Urls;

/** Where a shopper continues: always a path of this site, whatever a link asked for. */
final class ReturnTo
{
    /** The contract takes 2,048 bytes; the cookie has less room. A longer one leads to My account, or to the page of the button. */
    private const MAX_BYTES = 600;

    /** Going there after a login would undo it, or go round in a circle. */
    private const NOT_THERE = '#(^|/)(wp-login\.php|customer-logout)(/|\?|$)|[?&]' . Urls::PARAMETER . '(_[a-z]+)?=|/leadtap/[a-z_]+/?(\?|$)#';

    private Urls $urls;

    public function __construct(Urls $urls)
    {
        $this->urls = $urls;
    }

    /** @param mixed $asked out of a request */
    public function orAccount($asked): string
    {
        return $this->valid($asked) ?? $this->pathOf($this->urls->account());
    }

    /**
     * Where a shopper tapped the button. The link in the page, which can be a cached one, knows the page; the browser
     * knows what stood behind the question mark, too.
     *
     * @param mixed $asked   out of the link
     * @param mixed $referer what the browser says
     */
    public function orReferer($asked, $referer): string
    {
        $page = $this->valid($asked);
        $seen = $this->valid($referer);
        if ($page !== null && $seen !== null) {
            return strtok($page, '?') === strtok($seen, '?') ? $seen : $page;
        }

        return $page ?? $seen ?? $this->orAccount('');
    }

    /**
     * @param mixed $asked out of a request
     *
     * @return string|null the path with its query, or null where it leads elsewhere
     */
    public function valid($asked): ?string
    {
        if (!is_string($asked) || $asked === '' || strlen($asked) > self::MAX_BYTES) {
            return null;
        }
        // Browsers read a backslash as a slash, and leave out tabs and line breaks.
        if (preg_match('/[\x00-\x20\x7f\\\\]/', $asked) === 1) {
            return null;
        }
        $path = $asked[0] === '/' ? $asked : $this->pathWithin($asked);
        // A path with two slashes at its beginning is another host.
        if ($path === null || strncmp($path, '//', 2) === 0 || preg_match(self::NOT_THERE, $path) === 1) {
            return null;
        }
        $path = (string) preg_replace('/#.*$/D', '', $path);
        $url = $this->url($path);

        return wp_validate_redirect($url, '') === $url ? $path : null;
    }

    /** The whole address of a path that {@see valid()} gave. */
    public function url(string $path): string
    {
        return $this->origin() . $path;
    }

    private function pathOf(string $url): string
    {
        return $this->valid($url) ?? '/';
    }

    /** The rest of a URL on this site's very origin; null: another one. */
    private function pathWithin(string $url): ?string
    {
        $origin = $this->origin();
        if (strncmp($url, $origin . '/', strlen($origin) + 1) !== 0) {
            return $url === $origin ? '/' : null;
        }

        return substr($url, strlen($origin));
    }

    /** Scheme, host and port: what has to be the same. */
    private function origin(): string
    {
        $parts = parse_url(home_url('/'));
        $port = isset($parts['port']) ? ":{$parts['port']}" : '';

        return ($parts['scheme'] ?? 'https') . '://' . ($parts['host'] ?? '') . $port;
    }
}
