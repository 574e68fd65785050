<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\Chart;
use Leadtap\WooCommerce\Gateway\Day;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;

final class ChartTest extends AdminTestCase
{
    public function testTheScaleEndsAtARoundNumberWithAWholeMiddle(): void
    {
        foreach ([0 => 2, 1 => 2, 2 => 2, 3 => 4, 5 => 6, 7 => 10, 10 => 10, 11 => 20, 41 => 60, 99 => 100, 100 => 100, 12345 => 20000] as $most => $top) {
            self::assertSame($top, Chart::top([new Day(0, 0, $most)]), "for {$most}");
        }
    }

    public function testEachNumberIsABarOfItsHeightAndThePictureHasAName(): void
    {
        $svg = Chart::svg([new Day(0, 5, 10), new Day(86400, 0, 0), new Day(172800, 0, 1)], 'title"id');
        $picture = simplexml_load_string($svg);
        self::assertNotFalse($picture);
        self::assertSame('img', (string) $picture['role']);
        self::assertSame('title"id', (string) $picture['aria-labelledby']);
        $bars = [];
        foreach ($picture->rect as $bar) {
            $bars[] = [(string) $bar['class'], (int) $bar['height']];
        }
        self::assertSame([['leadtap-chart-logins', 160], ['leadtap-chart-new', 80], ['leadtap-chart-logins', 16]], $bars);
    }

    public function testAChartOfNoDaysIsAPictureToo(): void
    {
        self::assertNotFalse(simplexml_load_string(Chart::svg([], 'id')));
    }
}
