<?php
// Gives a WordPress the tables of a network, whose first site it becomes.

global $wpdb;
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
foreach ($wpdb->tables('ms_global') as $table => $prefixed) {
    $wpdb->$table = $prefixed;
}
install_network();
$host = parse_url(home_url(), PHP_URL_HOST) . ':' . parse_url(home_url(), PHP_URL_PORT);
$made = populate_network(1, $host, (string) get_option('admin_email'), 'A network of shops', '/', false);
update_option('permalink_structure', '/%postname%/');

return is_wp_error($made) ? $made->get_error_codes() : true;
