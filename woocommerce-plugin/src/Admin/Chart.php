<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\Day;

/** New leads and logins by day, as bars of SVG: no script, no library, and a table beside it that says the same. */
final class Chart
{
    private const HEIGHT = 160;

    /** A day's width; the page stretches the picture. */
    private const DAY = 20;

    private const BAR = 8;

    private function __construct()
    {
    }

    /**
     * The picture; every number and text in it is escaped.
     *
     * @param list<Day> $days
     */
    public static function svg(array $days, string $titleId): string
    {
        $top = self::top($days);
        $bars = '';
        foreach ($days as $number => $day) {
            $left = $number * self::DAY + 2;
            $bars .= self::bar($left, $day->logins, $top, 'logins')
                . self::bar($left + self::BAR, $day->newLeads, $top, 'new');
        }

        $width = max(1, count($days)) * self::DAY;
        $height = self::HEIGHT;
        $middle = intdiv($height, 2);

        return '<svg class="leadtap-chart-bars" viewBox="0 0 ' . "{$width} {$height}"
            . '" preserveAspectRatio="none" role="img" aria-labelledby="' . esc_attr($titleId) . '">'
            . "<path class=\"leadtap-chart-line\" d=\"M0 {$middle} H{$width} M0 {$height} H{$width}\"/>{$bars}</svg>";
    }

    /**
     * What the upper end of the picture stands for: a round number.
     *
     * @param list<Day> $days
     */
    public static function top(array $days): int
    {
        $most = 1;
        foreach ($days as $day) {
            $most = max($most, $day->logins, $day->newLeads);
        }
        $magnitude = 10 ** (int) floor(log10($most));
        foreach ([1, 2, 4, 6, 10] as $step) {
            // Even where it can be, so that the line in the middle is a whole number.
            if ($step * $magnitude >= $most && ($step * $magnitude) % 2 === 0) {
                return $step * $magnitude;
            }
        }

        return 10 * $magnitude;
    }

    private static function bar(int $left, int $count, int $top, string $class): string
    {
        if ($count <= 0) {
            return '';
        }
        $height = max(2, (int) round($count / $top * self::HEIGHT));

        return sprintf(
            '<rect class="leadtap-chart-%s" x="%d" y="%d" width="%d" height="%d"/>',
            $class,
            $left,
            self::HEIGHT - $height,
            self::BAR,
            $height
        );
    }
}
