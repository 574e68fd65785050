<?php
// A shop in a language that is written from right to left, where a test wants one.

declare(strict_types=1);

add_action('init', static function (): void {
    if (get_option('leadtap_test_rtl') === '1') {
        $GLOBALS['wp_locale']->text_direction = 'rtl';
    }
}, 0);
