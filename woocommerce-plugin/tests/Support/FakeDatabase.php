<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

/** The statements that the plugin sends itself, on the memory of the other fakes. */
final class FakeDatabase
{
    public string $options = 'wp_options';

    public string $usermeta = 'wp_usermeta';

    public function get_blog_prefix(int $site): string
    {
        return "wp_{$site}_";
    }

    /** @param mixed ...$values */
    public function prepare(string $statement, ...$values): string
    {
        return (string) json_encode([$statement, $values]);
    }

    /** @return list<string> */
    public function get_col(string $prepared): array
    {
        [$statement, $names] = json_decode($prepared, true);
        if (strpos($statement, 'meta_value LIKE') !== false) {
            return self::withValue($statement, ...$names);
        }
        self::expect('SELECT DISTINCT user_id FROM wp_usermeta WHERE meta_key IN', $statement);
        $found = array_filter(WordPress::$meta, static fn (array $meta) => array_intersect($names, array_keys($meta)) !== []);

        return array_map('strval', array_keys($found));
    }

    public function esc_like(string $text): string
    {
        return addcslashes($text, '_%\\');
    }

    /** @return list<string> */
    private static function withValue(string $statement, string $name, string $like): array
    {
        self::expect('SELECT user_id FROM wp_usermeta WHERE meta_key = %s AND meta_value LIKE %s', $statement);
        $text = stripslashes(trim($like, '%'));
        $has = static fn (array $meta) => isset($meta[$name]) && strpos(serialize($meta[$name]), $text) !== false;

        return array_map('strval', array_keys(array_filter(WordPress::$meta, $has)));
    }

    public function query(string $prepared): int
    {
        [$statement, $values] = json_decode($prepared, true);
        if (strncmp($statement, 'INSERT IGNORE INTO wp_options', 29) === 0) {
            $isNew = !isset(WordPress::$options[$values[0]]);
            WordPress::$options += [$values[0] => $values[1]];

            return (int) $isNew;
        }
        self::expect('DELETE FROM wp_options WHERE option_name = %s AND option_value', $statement);
        $is = (string) (WordPress::$options[$values[0]] ?? '');
        $order = strcmp($is, (string) $values[1]);
        if (strpos($statement, 'option_value < %s') !== false ? $order >= 0 : $order !== 0) {
            return 0;
        }
        unset(WordPress::$options[$values[0]]);

        return 1;
    }

    private static function expect(string $begin, string $statement): void
    {
        if (strncmp($begin, $statement, strlen($begin)) !== 0) {
            throw new \LogicException("this fake does not know: {$statement}");
        }
    }
}
