<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/** Answers through WordPress, and exits. */
final class WordPressJsonResponder implements JsonResponder
{
    public function json(int $status, array $fields): void
    {
        NoStore::send();
        header('X-Robots-Tag: noindex');
        // Addresses as they are: `\/` would be JSON too, and not what people compare.
        wp_send_json($fields, $status, JSON_UNESCAPED_SLASHES);
    }
}
