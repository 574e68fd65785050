<?php
// The classic checkout, with its hooks. It takes no orders.

declare(strict_types=1);

class WC_Checkout
{
    public function is_registration_required(): bool
    {
        return get_option('woocommerce_enable_guest_checkout', 'yes') !== 'yes';
    }

    public function is_registration_enabled(): bool
    {
        return true;
    }
}

add_action('template_redirect', static function (): void {
    if (is_checkout() && WC()->cart->is_empty()) {
        wp_safe_redirect(wc_get_cart_url());
        exit;
    }
});

add_shortcode('woocommerce_checkout', static function (): string {
    $checkout = new WC_Checkout();
    ob_start();
    echo '<div class="woocommerce">';
    wc_print_notices();
    do_action('woocommerce_before_checkout_form', $checkout);
    if (!is_user_logged_in()) {
        stand_in_login_form(wc_get_checkout_url(), true);
    }
    if ($checkout->is_registration_required() && !is_user_logged_in()) {
        echo '<p>You must be logged in to checkout.</p></div>';
        return (string) ob_get_clean();
    }
    printf('<form name="checkout" method="post" class="checkout woocommerce-checkout" action="%s">', esc_url(wc_get_checkout_url()));
    do_action('woocommerce_checkout_before_customer_details');
    do_action('woocommerce_checkout_billing');
    printf('<p class="form-row"><label for="billing_email">Email address</label> <input type="email" name="billing_email" id="billing_email" value="%s"></p>', esc_attr(wp_get_current_user()->user_email ?? ''));
    foreach (WC()->cart->get_cart() as $product => $quantity) {
        printf('<p class="cart_item">%d × %s</p>', $quantity, esc_html(get_the_title($product)));
    }
    do_action('woocommerce_review_order_before_submit');
    echo '<p><button type="submit" class="button" id="place_order">Place order</button></p></form>';
    do_action('woocommerce_after_checkout_form', $checkout);
    echo '</div>';
    return (string) ob_get_clean();
});
