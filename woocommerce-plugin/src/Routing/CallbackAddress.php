<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/** An address for the callback that an admin chose instead of the plugin's own. It can be that of a page, which stays a page. */
final class CallbackAddress
{
    /** WordPress's own files and folders; `index.php` alone can stand before a page's path. */
    private const WORDPRESS = '#/(?:(?!index\.php(?:/|$))[^/]+\.php|wp-(?:admin|content|includes|json))(?:/|$)#i';

    private function __construct()
    {
    }

    /** Whether what comes back there can be told from every other request. */
    public static function isPossible(string $url): bool
    {
        $path = Urls::path($url);
        $query = parse_url($url, PHP_URL_QUERY);
        if (is_string($query)) {
            parse_str($query, $arguments);

            return ($arguments[Urls::PARAMETER] ?? '') === 'callback';
        }

        return rtrim($path, '/') !== rtrim(Urls::path(home_url('/')), '/') && preg_match(self::WORDPRESS, $path) !== 1;
    }

    /** Whether a request has what Instagram adds: a code with the state, or an error, which can come without it. */
    public static function isAnswer(): bool
    {
        return Request::server('REQUEST_METHOD') === 'GET'
            && (Request::query('error') !== '' || (Request::query('code') !== '' && Request::query('state') !== ''));
    }
}
