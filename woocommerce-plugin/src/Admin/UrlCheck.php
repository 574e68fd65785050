<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** Whether an address is one that Meta's dashboard and the shop's visitors agree on. Meta compares byte for byte. */
final class UrlCheck
{
    private string $home;

    private string $site;

    /**
     * @param string $home where visitors are: `home_url()`
     * @param string $site where WordPress is: `site_url()`
     */
    public function __construct(string $home, string $site)
    {
        $this->home = $home;
        $this->site = $site;
    }

    /** @return list<Finding> nothing but what is to be done something about */
    public function check(string $url): array
    {
        return array_values(array_filter([
            $this->scheme($url),
            $this->www($url),
            $this->reach($url),
            $this->slash($url),
        ]));
    }

    /**
     * How one address differs from those that somebody else has.
     *
     * @param list<string> $others
     *
     * @return string|null in words; null: it does not
     */
    public static function difference(string $url, array $others): ?string
    {
        if (in_array($url, $others, true)) {
            return null;
        }
        $bare = self::bare($url);
        foreach ($others as $other) {
            if (self::bare($other) !== $bare) {
                continue;
            }
            $parts = array_filter([
                wp_parse_url($url, PHP_URL_SCHEME) === wp_parse_url($other, PHP_URL_SCHEME) ? '' : 'http/https',
                self::hasWww($url) === self::hasWww($other) ? '' : 'www',
                self::endsWithSlash($url) === self::endsWithSlash($other) ? '' : __('a slash at the end', 'leadtap'),
            ]);
            /* translators: 1: a list such as "www, a slash at the end", 2: an address */
            return sprintf(__('It differs from %2$s by: %1$s.', 'leadtap'), implode(', ', $parts), $other);
        }

        return __('None of those is like it.', 'leadtap');
    }

    private function scheme(string $url): ?Finding
    {
        if (wp_parse_url($url, PHP_URL_SCHEME) === 'https') {
            return null;
        }

        return Finding::bad(
            __('It begins with http://, which Meta refuses.', 'leadtap'),
            __('Get a certificate for the shop and change both addresses under Settings > General to https://.', 'leadtap')
        );
    }

    private function www(string $url): ?Finding
    {
        $hosts = [wp_parse_url($url, PHP_URL_HOST), wp_parse_url($this->home, PHP_URL_HOST), wp_parse_url($this->site, PHP_URL_HOST)];
        if (count(array_unique(array_map('strval', $hosts))) === 1) {
            return null;
        }

        return Finding::bad(
            sprintf(
                /* translators: %s: a list of host names */
                __('The shop has several names: %s. A cookie of one is not seen at the other, so that a login comes back in what looks like another browser.', 'leadtap'),
                implode(', ', array_unique(array_map('strval', $hosts)))
            ),
            __('Use one name, with or without www, under Settings > General and here.', 'leadtap')
        );
    }

    private function reach(string $url): ?Finding
    {
        $host = (string) wp_parse_url($url, PHP_URL_HOST);
        $isLocal = $host === 'localhost' || strpos($host, '.') === false
            || preg_match('/\.(localhost|local|test|internal)$/D', $host) === 1
            || (filter_var($host, FILTER_VALIDATE_IP) !== false
                && filter_var($host, FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE) === false);
        if (!$isLocal) {
            return null;
        }

        return Finding::warning(
            __('This name works on this machine or network alone. Logins can be tried here; Meta cannot reach it.', 'leadtap'),
            __('Use the shop’s public address before it opens.', 'leadtap')
        );
    }

    private function slash(string $url): ?Finding
    {
        if (self::endsWithSlash($url)) {
            return null;
        }

        return Finding::warning(
            __('It does not end with a slash. Meta’s dashboard may add one, and then every login fails.', 'leadtap'),
            wp_parse_url($url, PHP_URL_QUERY) === null
                ? __('Look at what the dashboard shows after it was saved, and use exactly that here and in the daemon’s configuration.', 'leadtap')
                : __('Choose another structure than “Plain” under Settings > Permalinks.', 'leadtap')
        );
    }

    private static function bare(string $url): string
    {
        $host = preg_replace('/^www\./', '', strtolower((string) wp_parse_url($url, PHP_URL_HOST)));

        return $host . ':' . wp_parse_url($url, PHP_URL_PORT)
            . rtrim((string) wp_parse_url($url, PHP_URL_PATH), '/') . '?' . wp_parse_url($url, PHP_URL_QUERY);
    }

    private static function hasWww(string $url): bool
    {
        return strncasecmp((string) wp_parse_url($url, PHP_URL_HOST), 'www.', 4) === 0;
    }

    private static function endsWithSlash(string $url): bool
    {
        return substr($url, -1) === '/';
    }
}
