<?php
// Installs WordPress into the empty database. Arguments: URL, admin's password.

declare(strict_types=1);

[, $url, $password] = $argv;
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);
require getcwd() . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Atelier shop', 'admin', 'admin@shop.example', true, '', $password);
update_option('siteurl', $url);
update_option('home', $url);
update_option('permalink_structure', '/%postname%/');
update_option('show_avatars', 0);
update_option('users_can_register', 1);
