<?php

// The few functions of WooCommerce's that the plugin calls.

declare(strict_types=1);

use Leadtap\WooCommerce\Tests\Support\WordPress;

function wc_get_page_permalink(string $page): string
{
    return home_url(['myaccount' => '/my-account/', 'checkout' => '/checkout/'][$page] ?? '/');
}

function wc_get_endpoint_url(string $endpoint, string $value, string $permalink): string
{
    return rtrim($permalink, '/') . "/{$endpoint}/" . ($value === '' ? '' : "{$value}/");
}

function wc_get_page_id(string $page): int
{
    return ['myaccount' => 7, 'checkout' => 8][$page] ?? -1;
}

function is_wc_endpoint_url(): bool
{
    return WordPress::$isEndpoint;
}

function is_account_page(): bool
{
    return WordPress::$isAccountPage;
}

function wc_get_checkout_url(): string
{
    return home_url('/checkout/');
}

function wc_set_customer_auth_cookie(int $user): void
{
    WordPress::$currentUser = $user;
    WordPress::$loggedIn[] = $user;
}

function wc_add_notice(string $text, string $type = 'success'): void
{
    WordPress::$notices[] = [$type, $text];
}

/** @param array<mixed> $data */
function wc_print_notice(string $text, string $type, array $data = [], bool $return = false): string
{
    $html = "<div class=\"woocommerce-{$type}\">{$text}</div>";
    echo $return ? '' : $html;

    return $html;
}

/** @param array<string, string> $data */
function wc_create_new_customer_username(string $email, array $data): string
{
    return strstr($email, '@', true) ?: $email;
}

/** @param array<string, string> $data @return int|WP_Error */
function wc_create_new_customer(string $email, string $login, string $password, array $data)
{
    if (get_user_by('email', $email) !== false) {
        return new WP_Error('registration-error-email-exists', '<b>An account</b> is already registered.');
    }
    $data = apply_filters('woocommerce_new_customer_data', $data + ['role' => 'customer']);
    $id = max([100, ...array_keys(WordPress::$users)]) + 1;
    WordPress::addUser($id, $email, [$data['role']], $password)->display_name = $data['display_name'];

    return $id;
}

function wc_terms_and_conditions_page_id(): int
{
    return (int) get_option('woocommerce_terms_page_id', -1);
}

function wc_get_terms_and_conditions_checkbox_text(): string
{
    return 'I have read the [terms]';
}

function wc_replace_policy_page_link_placeholders(string $text): string
{
    return str_replace('[terms]', '<a href="/terms/">terms</a>', $text);
}

function wc_wp_theme_get_element_class_name(string $element): string
{
    return '';
}

/** @param array<string, mixed> $values */
function wc_get_template(string $template_name, array $args, string $template_path, string $default_path): void
{
    extract($args);
    include $default_path . $template_name;
}

function WC(): object
{
    return new class {
        public function mailer(): object
        {
            return $this;
        }

        public function wrap_message(string $heading, string $body): string
        {
            return $body;
        }

        public function send(string $to, string $subject, string $body): bool
        {
            WordPress::$mails[] = ['to' => $to, 'subject' => $subject, 'body' => $body];

            return true;
        }
    };
}
