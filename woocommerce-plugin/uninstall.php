<?php

/**
 * Runs when an admin deletes the plugin: takes away everything that it stored,
 * on every site of a network. The daemon's data are the daemon's, and stay; so do
 * the files of the log, which are WooCommerce's and end by its own rule.
 *
 * It uses nothing of src/: what is broken must still be removable.
 */

declare(strict_types=1);

defined('WP_UNINSTALL_PLUGIN') || exit;

(static function (): void {
    global $wpdb;

    $deleteLike = static function (string $table, string $column, string $prefix) use ($wpdb): void {
        // Names of tables and columns are WordPress's own.
        $wpdb->query($wpdb->prepare("DELETE FROM {$table} WHERE {$column} LIKE %s", $wpdb->esc_like($prefix) . '%'));
    };
    $exists = static fn (string $table): bool => $wpdb->get_var($wpdb->prepare('SHOW TABLES LIKE %s', $wpdb->esc_like($table))) === $table;

    $cleanSite = static function () use ($wpdb, $deleteLike, $exists): void {
        foreach (['leadtap_watch', 'leadtap_sync_lead'] as $hook) {
            wp_unschedule_hook($hook);
        }
        foreach (['leadtap_', '_transient_leadtap_', '_transient_timeout_leadtap_'] as $prefix) {
            $deleteLike($wpdb->options, 'option_name', $prefix);
        }
        // Of orders, wherever WooCommerce keeps them.
        foreach ([$wpdb->postmeta, $wpdb->prefix . 'wc_orders_meta'] as $table) {
            if ($exists($table)) {
                $deleteLike($table, 'meta_key', '_leadtap_');
            }
        }
        // What WordPress keeps of the words that were offered for the privacy policy.
        $wpdb->query($wpdb->prepare(
            "DELETE FROM {$wpdb->postmeta} WHERE meta_key = '_wp_suggested_privacy_policy_content' AND meta_value LIKE %s",
            '%' . $wpdb->esc_like('(leadtap)') . '%'
        ));
        wp_cache_flush();
    };

    if (is_multisite()) {
        foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $site) {
            switch_to_blog((int) $site);
            $cleanSite();
            restore_current_blog();
        }
        $deleteLike($wpdb->sitemeta, 'meta_key', 'leadtap_');
        $deleteLike($wpdb->sitemeta, 'meta_key', '_site_transient_leadtap_');
        $deleteLike($wpdb->sitemeta, 'meta_key', '_site_transient_timeout_leadtap_');
    } else {
        $cleanSite();
    }
    // Users are one table for a whole network.
    $deleteLike($wpdb->usermeta, 'meta_key', '_leadtap_');
    $deleteLike($wpdb->usermeta, 'meta_key', 'leadtap_');
    wp_cache_flush();
})();
