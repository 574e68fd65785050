<?php
// Orders, as far as the plugin looks at them: whose they are.

declare(strict_types=1);

class WC_Order
{
    private int $id;

    public function __construct(int $id)
    {
        $this->id = $id;
    }

    public function get_id(): int
    {
        return $this->id;
    }

    public function get_customer_id(): int
    {
        return (int) get_post_meta($this->id, '_customer_user', true);
    }

    public function get_user_id(): int
    {
        return $this->get_customer_id();
    }

    public function get_billing_email(): string
    {
        return (string) get_post_meta($this->id, '_billing_email', true);
    }
}

/** @param mixed $order */
function wc_get_order($order)
{
    $id = $order instanceof WP_Post ? $order->ID : ($order instanceof WC_Order ? $order->get_id() : (int) $order);
    return get_post_type($id) === 'shop_order' ? new WC_Order($id) : false;
}

add_action('init', static function (): void {
    register_post_type('shop_order', ['public' => false, 'show_ui' => true, 'label' => 'Orders', 'supports' => ['title'], 'map_meta_cap' => true, 'show_in_menu' => 'woocommerce']);
});
add_action('add_meta_boxes_shop_order', static function (WP_Post $post): void {
    add_meta_box('woocommerce-order-data', 'Order', static function (WP_Post $post): void {
        do_action('woocommerce_admin_order_data_after_order_details', wc_get_order($post));
        do_action('woocommerce_admin_order_data_after_billing_address', wc_get_order($post));
    }, 'shop_order');
});
add_action('admin_menu', static function (): void {
    add_menu_page('WooCommerce', 'WooCommerce', 'manage_woocommerce', 'woocommerce', '__return_empty_string', 'dashicons-cart', 55);
}, 9);
