<?php
// Where plugins say with which of WooCommerce's features they get along.

declare(strict_types=1);

namespace Automattic\WooCommerce\Utilities;

final class FeaturesUtil
{
    /** @var array<string, array<string, bool>> */
    private static array $declared = [];

    public static function declare_compatibility(string $feature, string $file, bool $compatible = true): bool
    {
        self::$declared[plugin_basename($file)][$feature] = $compatible;
        return true;
    }

    /** @return array<string, array<int, string>> */
    public static function get_compatible_features_for_plugin(string $plugin): array
    {
        $declared = self::$declared[$plugin] ?? [];
        return [
            'compatible' => array_keys(array_filter($declared)),
            'incompatible' => array_keys(array_filter($declared, static fn (bool $is): bool => !$is)),
            'uncertain' => [],
        ];
    }
}

final class OrderUtil
{
    public static function custom_orders_table_usage_is_enabled(): bool
    {
        return false;
    }

    public static function get_order_admin_screen(): string
    {
        return 'shop_order';
    }
}
