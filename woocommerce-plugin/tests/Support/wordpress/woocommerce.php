<?php

// The few functions of WooCommerce's that the plugin calls.

declare(strict_types=1);

function wc_get_page_permalink(string $page): string
{
    return home_url(['myaccount' => '/my-account/', 'checkout' => '/checkout/'][$page] ?? '/');
}

function wc_get_endpoint_url(string $endpoint, string $value, string $permalink): string
{
    return rtrim($permalink, '/') . "/{$endpoint}/" . ($value === '' ? '' : "{$value}/");
}
