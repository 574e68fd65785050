<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Module;

/** The lead of an order's customer, on the page of the order, wherever WooCommerce keeps orders. */
final class OrderPanel implements Module
{
    private LeadPanel $panel;

    public function __construct(LeadPanel $panel)
    {
        $this->panel = $panel;
    }

    public function register(): void
    {
        add_action('add_meta_boxes', [$this, 'add'], 10, 2);
    }

    /**
     * @param string $screen `shop_order`, or the screen of WooCommerce's own tables (HPOS)
     * @param mixed  $order  a post or an order
     */
    public function add(string $screen, $order = null): void
    {
        if (!Guard::allows() || !in_array($screen, self::screens(), true) || !$this->panel->isLinked(self::customer($order))) {
            return;
        }
        add_meta_box('leadtap-lead', __('Instagram', 'leadtap'), [$this, 'show'], $screen, 'side');
    }

    /** @param mixed $order */
    public function show($order): void
    {
        echo '<div class="leadtap">';
        $this->panel->show(self::customer($order));
        echo '</div>';
    }

    /** @return list<string> */
    private static function screens(): array
    {
        return ['shop_order', function_exists('wc_get_page_screen_id') ? wc_get_page_screen_id('shop-order') : 'woocommerce_page_wc-orders'];
    }

    /** @param mixed $order a post or an order */
    private static function customer($order): int
    {
        if ($order instanceof \WP_Post) {
            $order = wc_get_order($order->ID);
        }

        return $order instanceof \WC_Order ? (int) $order->get_customer_id() : 0;
    }
}
