<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** Who may look after leads and settings. */
final class Guard
{
    public const CAPABILITY = 'manage_woocommerce';

    private function __construct()
    {
    }

    public static function allows(): bool
    {
        return current_user_can(self::CAPABILITY);
    }

    /** Who may decide which daemon the shop believes, and whom it lets in: those who may install plugins could do it anyhow. */
    public static function mayConnect(): bool
    {
        return current_user_can(is_multisite() ? 'manage_network_options' : 'manage_options');
    }

    /** Ends the request unless this person may act and meant to: the nonce of a form on a page of ours. */
    public static function enforce(string $action): void
    {
        self::enforceCapability();
        check_admin_referer($action);
    }

    public static function enforceCapability(): void
    {
        if (!self::allows()) {
            wp_die(
                esc_html__('You may not look after this shop: ask somebody who may to do it, or to make you a shop manager.', 'leadtap'),
                '',
                ['response' => 403]
            );
        }
    }
}
