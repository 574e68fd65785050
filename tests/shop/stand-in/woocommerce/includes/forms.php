<?php
// What the forms of My account do when they are sent.

declare(strict_types=1);

add_action('template_redirect', static function (): void {
    $nonce = (string) ($_POST['woocommerce-login-nonce'] ?? '');
    if (!isset($_POST['login']) || !wp_verify_nonce($nonce, 'woocommerce-login')) {
        return;
    }
    $errors = apply_filters('woocommerce_process_login_errors', new WP_Error(), $_POST['username'], $_POST['password']);
    $user = $errors->has_errors() ? $errors : wp_signon(['user_login' => trim(wp_unslash($_POST['username'])), 'user_password' => $_POST['password'], 'remember' => isset($_POST['rememberme'])]);
    if (is_wp_error($user)) {
        wc_add_notice($user->get_error_message(), 'error');
        return;
    }
    $redirect = (string) ($_POST['redirect'] ?? '') ?: wc_get_page_permalink('myaccount');
    wp_safe_redirect(wp_validate_redirect(apply_filters('woocommerce_login_redirect', $redirect, $user), wc_get_page_permalink('myaccount')));
    exit;
}, 5);

add_action('template_redirect', static function (): void {
    $nonce = (string) ($_POST['save-account-details-nonce'] ?? '');
    if (($_POST['action'] ?? '') !== 'save_account_details' || !wp_verify_nonce($nonce, 'save_account_details')) {
        return;
    }
    $changes = ['ID' => get_current_user_id(), 'first_name' => wc_clean($_POST['account_first_name'] ?? ''), 'user_email' => sanitize_email($_POST['account_email'] ?? '')];
    if (($_POST['password_1'] ?? '') !== '') {
        $changes['user_pass'] = $_POST['password_1'];
    }
    $errors = new WP_Error();
    $user = (object) $changes;
    do_action_ref_array('woocommerce_save_account_details_errors', [&$errors, &$user]);
    if ($errors->has_errors()) {
        wc_add_notice($errors->get_error_message(), 'error');
        return;
    }
    wp_update_user($changes);
    wc_add_notice('Account details changed successfully.');
    do_action('woocommerce_save_account_details', $changes['ID']);
    wp_safe_redirect(wc_get_page_permalink('myaccount'));
    exit;
}, 5);
