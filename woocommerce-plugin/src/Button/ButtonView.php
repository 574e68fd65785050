<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Button;

use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\Login\StartRoute;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;

/**
 * The button: a plain link, the same for every visitor, so that it may stand in
 * a cached page. It works without JavaScript and opens no window.
 */
class ButtonView
{
    /** Before the button, where it follows a form. */
    public const OR_ABOVE = 'above';

    /** After the button, where a form follows. */
    public const OR_BELOW = 'below';

    /** Where it stands alone. */
    public const ALONE = '';

    private Settings $settings;

    private Urls $urls;

    private Landing $landing;

    private Assets $assets;

    public function __construct(Settings $settings, Urls $urls, Landing $landing, Assets $assets)
    {
        $this->settings = $settings;
        $this->urls = $urls;
        $this->landing = $landing;
        $this->assets = $assets;
    }

    /**
     * @param string $place    `[a-z_]{1,32}`; where a failure leads back to, and a fact on the lead
     * @param string $returnTo a URL or path of this site; empty: My account
     * @param string $or       one of the constants
     */
    public function html(string $place, string $returnTo = '', string $or = self::ALONE, string $text = ''): string
    {
        $this->assets->enqueue();
        $arguments = ['place' => $place] + ($returnTo === '' ? [] : ['return_to' => $returnTo]);
        $divider = '<span class="leadtap-or">' . esc_html_x('or', 'between a button and a form', 'leadtap') . '</span>';
        $html = '<div class="leadtap leadtap-at-' . esc_attr($place) . '">'
            . ($or === self::OR_ABOVE ? $divider : '')
            // Browsers that look ahead begin no login: WordPress's speculation rules leave these out.
            . '<a class="leadtap-button no-prefetch no-prerender" rel="nofollow" href="'
            . esc_url($this->urls->link(StartRoute::NAME, $arguments)) . '">'
            . esc_html($this->text($text)) . '</a>'
            . $this->hint($place, $returnTo)
            . ($or === self::OR_BELOW ? $divider : '')
            . '</div>';
        /**
         * Filters the button's HTML. It must stay a link to the same address, and the same for all visitors.
         *
         * @param string $html
         * @param string $place
         */
        return (string) apply_filters('leadtap_button', $html, $place);
    }

    /**
     * Instagram turns a personal account away on a page of its own, from which nothing leads back but the browser's
     * button: so here is what such a shopper can do.
     */
    private function hint(string $place, string $returnTo): string
    {
        return '<span class="leadtap-hint">' . esc_html__('For Instagram Business and Creator accounts only.', 'leadtap')
            . ' <a rel="nofollow" href="' . esc_url($this->landing->address(Outcomes::PERSONAL, $place, $returnTo)) . '">'
            . esc_html__('Personal account?', 'leadtap') . '</a></span>';
    }

    private function text(string $text): string
    {
        if ($text !== '') {
            return $text;
        }

        return $this->settings->buttonText() !== '' ? $this->settings->buttonText() : __('Continue with Instagram', 'leadtap');
    }
}
