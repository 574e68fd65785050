<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/**
 * CSV as RFC 4180 has it, in which no text is taken for a formula: what a
 * spreadsheet would compute gets a `'` in front, as in the daemon's own exports.
 */
final class CsvWriter
{
    /** By which Excel knows UTF-8. */
    public const BYTE_ORDER_MARK = "\xEF\xBB\xBF";

    private function __construct()
    {
    }

    /** @param list<string|int|null> $fields */
    public static function line(array $fields): string
    {
        return implode(',', array_map([self::class, 'field'], $fields)) . "\r\n";
    }

    /** @param string|int|null $value numbers are computed with, so they stay as they are */
    private static function field($value): string
    {
        if (!is_string($value)) {
            return (string) $value;
        }
        if (preg_match('/^[\s\p{Z}]*[=+\-@\t\r\n＝＋－＠]/u', $value) !== 0) {
            $value = "'" . $value;
        }

        return preg_match('/[",\r\n]/', $value) === 1 ? '"' . str_replace('"', '""', $value) . '"' : $value;
    }
}
