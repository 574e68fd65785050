<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Button;

use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Settings\Settings;

/** `[leadtap_button text="…" redirect="/path"]`, and the block of the same. */
final class Shortcode implements Module
{
    public const TAG = 'leadtap_button';
    public const BLOCK = 'leadtap/button';

    private Settings $settings;

    private ButtonView $view;

    private ReturnTo $returnTo;

    private Assets $assets;

    public function __construct(Settings $settings, ButtonView $view, ReturnTo $returnTo, Assets $assets)
    {
        $this->settings = $settings;
        $this->view = $view;
        $this->returnTo = $returnTo;
        $this->assets = $assets;
    }

    public function register(): void
    {
        // Always: a page that has it must not show its tag when the feature is off.
        add_shortcode(self::TAG, [$this, 'shortcode']);
        add_action('init', [$this, 'registerBlock']);
    }

    public function registerBlock(): void
    {
        $this->assets->registerStyle();
        wp_register_script(
            'leadtap-block',
            plugins_url('assets/block.js', \Leadtap\WooCommerce\PLUGIN_FILE),
            ['wp-blocks', 'wp-element', 'wp-block-editor', 'wp-components', 'wp-i18n'],
            \Leadtap\WooCommerce\Plugin::VERSION,
            true
        );
        wp_set_script_translations('leadtap-block', 'leadtap');
        register_block_type(dirname(\Leadtap\WooCommerce\PLUGIN_FILE) . '/assets', [
            'render_callback' => [$this, 'block'],
        ]);
    }

    /** @param array<string, mixed>|string $attributes WordPress gives an empty text where there are none */
    public function shortcode($attributes): string
    {
        $attributes = shortcode_atts(['text' => '', 'redirect' => ''], is_array($attributes) ? $attributes : [], self::TAG);

        return $this->html((string) $attributes['text'], (string) $attributes['redirect']);
    }

    /** @param array<string, mixed> $attributes */
    public function block(array $attributes): string
    {
        $html = $this->html((string) ($attributes['text'] ?? ''), (string) ($attributes['redirect'] ?? ''));

        return $html === '' ? '' : '<div ' . get_block_wrapper_attributes() . '>' . $html . '</div>';
    }

    private function html(string $text, string $redirect): string
    {
        if (!$this->settings->isEnabled() || is_user_logged_in()) {
            return '';
        }

        return $this->view->html('shortcode', $this->returnTo->valid($redirect) ?? $this->thisPage(), ButtonView::ALONE, $text);
    }

    /** By its permalink: an address with what a visitor brought along does not belong into a cached page. */
    private function thisPage(): string
    {
        $here = is_singular() ? get_permalink() : '';

        return $this->returnTo->valid($here) ?? '';
    }
}
