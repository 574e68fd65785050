<?php
// The functions that WooCommerce brings and the plugin may call.

declare(strict_types=1);

function wc_get_page_id(string $page): int
{
    return (int) get_option("woocommerce_{$page}_page_id", -1);
}

function wc_get_page_permalink(string $page): string
{
    return (string) (get_permalink(wc_get_page_id($page)) ?: home_url('/'));
}

function wc_get_checkout_url(): string
{
    return wc_get_page_permalink('checkout');
}

function wc_get_cart_url(): string
{
    return wc_get_page_permalink('cart');
}

function wc_get_endpoint_url(string $endpoint, string $value = '', string $permalink = ''): string
{
    return trailingslashit(trailingslashit($permalink ?: wc_get_page_permalink('myaccount')) . $endpoint . ($value === '' ? '' : "/{$value}"));
}

function wc_get_account_endpoint_url(string $endpoint): string
{
    return $endpoint === 'dashboard' ? wc_get_page_permalink('myaccount') : wc_get_endpoint_url($endpoint);
}

function wc_customer_edit_account_url(): string
{
    return wc_get_account_endpoint_url('edit-account');
}

function wc_lostpassword_url(): string
{
    return wp_lostpassword_url();
}

function is_account_page(): bool
{
    return is_page(wc_get_page_id('myaccount'));
}

function is_checkout(): bool
{
    return is_page(wc_get_page_id('checkout'));
}

function is_cart(): bool
{
    return is_page(wc_get_page_id('cart'));
}

function is_wc_endpoint_url(string $endpoint = ''): bool
{
    global $wp;
    return $endpoint === '' ? isset($wp->query_vars['edit-account']) : isset($wp->query_vars[$endpoint]);
}

/**
 * @param string|array<mixed> $value
 * @return string|array<mixed>
 */
function wc_clean($value)
{
    return is_array($value) ? array_map('wc_clean', $value) : (is_scalar($value) ? sanitize_text_field((string) $value) : $value);
}

function wc_set_customer_auth_cookie(int $customer): void
{
    wp_set_current_user($customer);
    wp_set_auth_cookie($customer, true);
    WC()->session = new WC_Session_Handler();
}

function wc_create_new_customer_username(string $email, array $arguments = [], string $suffix = ''): string
{
    $wanted = sanitize_user(strtolower(explode('@', $email)[0]), true) . $suffix;
    return username_exists($wanted) ? wc_create_new_customer_username($email, $arguments, '-' . wp_rand(100, 9999)) : $wanted;
}

/**
 * @param array<string, mixed> $arguments
 * @return int|WP_Error
 */
function wc_create_new_customer(string $email, string $username = '', string $password = '', array $arguments = [])
{
    if (!is_email($email)) {
        return new WP_Error('registration-error-invalid-email', 'Please provide a valid email address.');
    }
    if (email_exists($email)) {
        return new WP_Error('registration-error-email-exists', 'An account is already registered with your email address.');
    }
    $errors = new WP_Error();
    do_action('woocommerce_register_post', $username, $email, $errors);
    $errors = apply_filters('woocommerce_registration_errors', $errors, $username, $email);
    if ($errors->has_errors()) {
        return $errors;
    }
    $generated = $password === '';
    $data = apply_filters('woocommerce_new_customer_data', array_merge($arguments, [
        'user_login' => $username !== '' ? $username : wc_create_new_customer_username($email, $arguments),
        'user_pass' => $generated ? wp_generate_password() : $password,
        'user_email' => $email,
        'role' => 'customer',
    ]));
    $customer = wp_insert_user($data);
    if (!is_wp_error($customer)) {
        do_action('woocommerce_created_customer', $customer, $data, $generated);
    }
    return $customer;
}

function wc_terms_and_conditions_page_id(): int
{
    return wc_get_page_id('terms');
}

function wc_terms_and_conditions_checkbox_enabled(): bool
{
    return wc_terms_and_conditions_page_id() > 0;
}

function wc_get_terms_and_conditions_checkbox_text(): string
{
    return 'I have read and agree to the website [terms]';
}

function wc_replace_policy_page_link_placeholders(string $text): string
{
    $link = static fn (string $page, string $name): string => sprintf('<a href="%s" target="_blank">%s</a>', esc_url((string) get_permalink($page === 'terms' ? wc_terms_and_conditions_page_id() : (int) get_option('wp_page_for_privacy_policy'))), $name);
    return strtr($text, ['[terms]' => $link('terms', 'terms and conditions'), '[privacy_policy]' => $link('privacy', 'privacy policy')]);
}

function wc_terms_and_conditions_checkbox_text(): void
{
    echo wp_kses_post(wc_replace_policy_page_link_placeholders(wc_get_terms_and_conditions_checkbox_text()));
}

function wc_get_privacy_policy_text(string $type = ''): string
{
    return 'Your personal data will be used to support your experience throughout this website, as described in our [privacy_policy].';
}

function wc_get_template(string $name, array $arguments = [], string $path = '', string $default = ''): void
{
    (static function (): void {
        extract(func_get_arg(1));
        include func_get_arg(0);
    })($default . $name, $arguments);
}

function wc_help_tip(string $tip): string
{
    return sprintf('<span class="woocommerce-help-tip" title="%s"></span>', esc_attr($tip));
}

function wc_sanitize_tooltip(string $text): string
{
    return esc_attr($text);
}

function wc_nocache_headers(): void
{
    nocache_headers();
}

function wc_bool_to_string(bool $value): string
{
    return $value ? 'yes' : 'no';
}

function wc_string_to_bool(string $value): bool
{
    return in_array(strtolower($value), ['yes', '1', 'true', 'on'], true);
}

function wc_wp_theme_get_element_class_name(string $element): string
{
    return function_exists('wp_is_block_theme') && wp_is_block_theme() ? (string) WP_Theme_JSON::get_element_class_name($element) : '';
}

function wc_get_template_html(string $name, array $arguments = [], string $path = '', string $default = ''): string
{
    ob_start();
    wc_get_template($name, $arguments, $path, $default);
    return (string) ob_get_clean();
}

function wc_get_page_screen_id(string $for): string
{
    return str_replace('-', '_', $for);
}
