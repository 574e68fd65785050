<?php
// The page My account, with WooCommerce's hooks in WooCommerce's places.

declare(strict_types=1);

add_action('init', static function (): void {
    add_rewrite_endpoint('edit-account', EP_PAGES);
});

// Customers see no bar of WordPress's own.
add_filter('show_admin_bar', static fn (bool $shown): bool => $shown && (current_user_can('edit_posts') || current_user_can('manage_woocommerce')));

add_shortcode('woocommerce_my_account', static function (): string {
    ob_start();
    echo '<div class="woocommerce">';
    if (!is_user_logged_in()) {
        stand_in_login_page();
    } else {
        do_action('woocommerce_account_navigation');
        echo '<div class="woocommerce-MyAccount-content">';
        do_action('woocommerce_account_content');
        echo '</div>';
    }
    echo '</div>';
    return (string) ob_get_clean();
});
add_action('woocommerce_account_content', 'wc_print_notices', 5);
add_action('woocommerce_account_content', static function (): void {
    global $wp;
    if (isset($wp->query_vars['edit-account'])) {
        do_action('woocommerce_account_edit-account_endpoint', '');
    } else {
        printf('<p>Hello %s</p><p><a href="%s">Account details</a> <a href="%s">Log out</a></p>', esc_html(wp_get_current_user()->display_name), esc_url(wc_customer_edit_account_url()), esc_url(wp_logout_url(wc_get_page_permalink('myaccount'))));
        do_action('woocommerce_account_dashboard');
    }
});
add_action('woocommerce_account_edit-account_endpoint', 'stand_in_account_details');

function stand_in_login_page(): void
{
    do_action('woocommerce_before_customer_login_form');
    wc_print_notices();
    $register = get_option('woocommerce_enable_myaccount_registration') === 'yes';
    echo $register ? '<div class="u-columns col2-set" id="customer_login"><div class="u-column1 col-1">' : '';
    echo '<h2>Login</h2>';
    stand_in_login_form((string) ($_GET['redirect_to'] ?? ''));
    if ($register) {
        echo '</div><div class="u-column2 col-2"><h2>Register</h2><form method="post" class="woocommerce-form woocommerce-form-register register">';
        do_action('woocommerce_register_form_start');
        echo '<p class="form-row"><label for="reg_email">Email address</label> <input type="email" name="email" id="reg_email" autocomplete="email"></p>';
        do_action('woocommerce_register_form');
        echo '<p><button type="submit" class="button" name="register" value="Register">Register</button></p>';
        do_action('woocommerce_register_form_end');
        echo '</form></div></div>';
    }
    do_action('woocommerce_after_customer_login_form');
}

function stand_in_login_form(string $redirect, bool $hidden = false): void
{
    printf('<form class="woocommerce-form woocommerce-form-login login" method="post"%s>', $hidden ? ' style="display:none"' : '');
    do_action('woocommerce_login_form_start');
    echo '<p class="form-row"><label for="username">Username or email address</label> <input type="text" name="username" id="username" autocomplete="username"></p>';
    echo '<p class="form-row"><label for="password">Password</label> <input type="password" name="password" id="password" autocomplete="current-password"></p>';
    do_action('woocommerce_login_form');
    wp_nonce_field('woocommerce-login', 'woocommerce-login-nonce');
    printf('<input type="hidden" name="redirect" value="%s">', esc_attr(wp_unslash($redirect)));
    echo '<p><button type="submit" class="button" name="login" value="Log in">Log in</button></p>';
    do_action('woocommerce_login_form_end');
    echo '</form>';
}

function stand_in_account_details(): void
{
    $user = wp_get_current_user();
    do_action('woocommerce_before_edit_account_form');
    echo '<form class="woocommerce-EditAccountForm edit-account" method="post">';
    do_action('woocommerce_edit_account_form_start');
    printf('<p class="form-row"><label for="account_first_name">First name</label> <input type="text" name="account_first_name" id="account_first_name" value="%s"></p>', esc_attr($user->first_name));
    printf('<p class="form-row"><label for="account_email">Email address</label> <input type="email" name="account_email" id="account_email" value="%s"></p>', esc_attr($user->user_email));
    echo '<p class="form-row"><label for="password_1">New password</label> <input type="password" name="password_1" id="password_1" autocomplete="new-password"></p>';
    do_action('woocommerce_edit_account_form');
    wp_nonce_field('save_account_details', 'save-account-details-nonce');
    echo '<p><button type="submit" class="button" name="save_account_details" value="Save changes">Save changes</button><input type="hidden" name="action" value="save_account_details"></p>';
    do_action('woocommerce_edit_account_form_end');
    echo '</form>';
    do_action('woocommerce_after_edit_account_form');
}
