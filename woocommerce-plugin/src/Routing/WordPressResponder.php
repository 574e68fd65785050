<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/** Answers through WordPress, and exits. */
final class WordPressResponder implements Responder
{
    public function redirect(string $url): void
    {
        NoStore::send();
        // Instagram adds `#_` to the callback, which a browser carries on to wherever it is redirected, unless that has
        // a fragment itself.
        $ownFragment = Request::query('state') !== '' && strpos($url, '#') === false ? '#' : '';
        wp_safe_redirect($url . $ownFragment, 302, 'leadtap');
        exit;
    }

    public function leave(string $url): void
    {
        NoStore::send();
        $host = (string) parse_url($url, PHP_URL_HOST);
        add_filter('allowed_redirect_hosts', static function (array $hosts) use ($host): array {
            $hosts[] = $host;

            return $hosts;
        });
        wp_safe_redirect($url, 302, 'leadtap');
        exit;
    }

    public function page(int $status, string $html): void
    {
        NoStore::send();
        status_header($status);
        header('Content-Type: text/html; charset=' . get_bloginfo('charset'));
        header('X-Robots-Tag: noindex');
        echo $html; // Each part was escaped where the document was made.
        exit;
    }
}
