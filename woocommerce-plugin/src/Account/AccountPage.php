<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Button\Assets;
use Leadtap\WooCommerce\Routing\NoStore;

/**
 * Shows something in the place of My account's own content: a page that every
 * shop has, in the theme's own clothes, and that no cache keeps.
 */
class AccountPage
{
    private const SHORTCODE = 'woocommerce_my_account';

    private Assets $assets;

    private bool $shown = false;

    public function __construct(Assets $assets)
    {
        $this->assets = $assets;
    }

    /**
     * @param callable(): string $content escaped HTML
     */
    public function show(string $title, callable $content): void
    {
        NoStore::send();
        add_action('wp_enqueue_scripts', [$this->assets, 'enqueue']);
        add_filter('pre_do_shortcode_tag', function ($output, string $tag) use ($content) {
            return $tag === self::SHORTCODE ? $this->wrapped($content) : $output;
        }, 10, 2);
        // Themes and page builders that do without the shortcode.
        add_filter('the_content', function (string $html) use ($content): string {
            $isAccount = get_the_ID() === wc_get_page_id('myaccount') && is_main_query();

            return $isAccount && !$this->shown ? $this->wrapped($content) : $html;
        }, PHP_INT_MAX);
        add_filter('the_title', static function (string $text, $id = 0) use ($title): string {
            return (int) $id === wc_get_page_id('myaccount') && in_the_loop() ? esc_html($title) : $text;
        }, 20, 2);
        add_filter('document_title_parts', static function (array $parts) use ($title): array {
            return ['title' => $title] + $parts;
        });
        add_filter('wp_robots', 'wp_robots_no_robots');
    }

    /** @param callable(): string $content */
    private function wrapped(callable $content): string
    {
        $this->shown = true;

        return '<div class="woocommerce leadtap-page">' . $content() . '</div>';
    }
}
