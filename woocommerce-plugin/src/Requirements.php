<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/**
 * What this plugin needs. The header of leadtap.php and readme.txt repeat the
 * three versions for WordPress; a test holds them to these.
 */
final class Requirements
{
    public const PHP = '7.4';
    public const WORDPRESS = '6.1';
    public const WOOCOMMERCE = '7.9';

    /** Without words: translations are not loaded when this is asked. */
    public static function areMet(): bool
    {
        global $wp_version;

        return PHP_INT_SIZE >= 8
            && version_compare((string) $wp_version, self::WORDPRESS, '>=')
            && defined('WC_VERSION') && version_compare((string) WC_VERSION, self::WOOCOMMERCE, '>=')
            && is_file(dirname(PLUGIN_FILE) . '/client/autoload.php');
    }

    /** @return list<string> what is missing, in words that tell what to do; empty: nothing */
    public static function missing(): array
    {
        global $wp_version;
        $missing = [];
        if (PHP_INT_SIZE < 8) {
            $missing[] = __('leadtap needs a 64-bit PHP: ask your host for one.', 'leadtap');
        }
        if (version_compare((string) $wp_version, self::WORDPRESS, '<')) {
            /* translators: %s: a version number */
            $missing[] = sprintf(__('leadtap needs WordPress %s or newer: update WordPress.', 'leadtap'), self::WORDPRESS);
        }
        if (!defined('WC_VERSION')) {
            $missing[] = __('leadtap needs WooCommerce: install and activate it.', 'leadtap');
        } elseif (version_compare((string) WC_VERSION, self::WOOCOMMERCE, '<')) {
            /* translators: %s: a version number */
            $missing[] = sprintf(__('leadtap needs WooCommerce %s or newer: update WooCommerce.', 'leadtap'), self::WOOCOMMERCE);
        }
        if (!is_file(dirname(PLUGIN_FILE) . '/client/autoload.php')) {
            $missing[] = __('This copy of leadtap is not a built one: install the zip that woocommerce-plugin/build makes.', 'leadtap');
        }

        return $missing;
    }
}
