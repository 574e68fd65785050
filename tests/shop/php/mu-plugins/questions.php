<?php
// Answers what the tests ask about a visitor: who it is, and what the cart holds.

declare(strict_types=1);

add_action('wp', static function (): void {
    $asked = $_GET['leadtap-test'] ?? null;
    if (!in_array($asked, ['who', 'cart'], true)) {
        return;
    }
    nocache_headers();
    header('Content-Type: text/plain');
    echo $asked === 'who' ? wp_get_current_user()->user_email : (string) WC()->cart->get_cart_contents_count();
    exit;
});
