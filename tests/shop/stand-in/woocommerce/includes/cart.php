<?php
// A cart: how many of which product.

declare(strict_types=1);

class WC_Cart
{
    /** @return array<int, int> */
    public function get_cart(): array
    {
        return (array) WC()->session->get('cart', []);
    }

    public function add_to_cart(int $product, int $quantity = 1): void
    {
        $cart = $this->get_cart();
        $cart[$product] = ($cart[$product] ?? 0) + $quantity;
        WC()->session->set('cart', $cart);
    }

    public function is_empty(): bool
    {
        return $this->get_cart() === [];
    }

    public function get_cart_contents_count(): int
    {
        return array_sum($this->get_cart());
    }
}

add_action('wp_loaded', static function (): void {
    if (isset($_GET['add-to-cart']) && get_post_type((int) $_GET['add-to-cart']) === 'product') {
        WC()->cart->add_to_cart((int) $_GET['add-to-cart']);
        wp_safe_redirect(wc_get_cart_url());
        exit;
    }
});

add_shortcode('woocommerce_cart', static function (): string {
    $html = '<div class="woocommerce">' . wc_print_notices(true);
    foreach (WC()->cart->get_cart() as $product => $quantity) {
        $html .= sprintf('<p class="cart_item">%d × %s</p>', $quantity, esc_html(get_the_title($product)));
    }
    $html .= WC()->cart->is_empty() ? '<p class="cart-empty">Your cart is currently empty.</p>' : sprintf('<p><a class="checkout-button button" href="%s">Proceed to checkout</a></p>', esc_url(wc_get_checkout_url()));
    return $html . '</div>';
});
