<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\Days;
use PHPUnit\Framework\TestCase;

final class DaysTest extends TestCase
{
    /** @return iterable<string, array{string, string, list<string>}> */
    public function zones(): iterable
    {
        yield 'UTC' => ['UTC', '2026-11-25 23:59:59 UTC', ['2026-11-24T00:00:00+00:00', '2026-11-25T00:00:00+00:00', '2026-11-26T00:00:00+00:00']];
        yield 'the day that has 25 hours' => ['Europe/Oslo', '2026-10-25 12:00:00 UTC', ['2026-10-23T22:00:00+00:00', '2026-10-24T22:00:00+00:00', '2026-10-25T23:00:00+00:00']];
        yield 'a zone of three quarters' => ['Asia/Kathmandu', '2026-11-25 18:14:00 UTC', ['2026-11-23T18:15:00+00:00', '2026-11-24T18:15:00+00:00', '2026-11-25T18:15:00+00:00']];
        yield 'a day without a midnight' => ['America/Sao_Paulo', '2018-11-04 12:00:00 UTC', ['2018-11-03T03:00:00+00:00', '2018-11-04T03:00:00+00:00', '2018-11-05T02:00:00+00:00']];
        yield 'an offset that an admin typed' => ['-03:30', '2026-11-25 12:00:00 UTC', ['2026-11-24T03:30:00+00:00', '2026-11-25T03:30:00+00:00', '2026-11-26T03:30:00+00:00']];
    }

    /**
     * @dataProvider zones
     *
     * @param list<string> $expected
     */
    public function testDaysBeginAtTheShopsMidnight(string $zone, string $now, array $expected): void
    {
        $boundaries = Days::boundaries(2, new \DateTimeZone($zone), (int) strtotime($now));
        self::assertSame($expected, array_map(static fn (int $moment) => gmdate(DATE_RFC3339, $moment), $boundaries));
    }

    public function testAYearIsWhatTheDaemonAllowsInOneCall(): void
    {
        foreach (\DateTimeZone::listIdentifiers() as $zone) {
            $boundaries = Days::boundaries(max(Days::CHOICES), new \DateTimeZone($zone), 1790000000);
            self::assertLessThanOrEqual(367, count($boundaries), $zone);
            self::assertLessThanOrEqual(370 * 86400, end($boundaries) - $boundaries[0], $zone);
            $sorted = array_unique($boundaries);
            sort($sorted);
            self::assertSame($boundaries, $sorted, $zone);
            self::assertSame([0], array_values(array_unique(array_map(static fn (int $moment) => $moment % 900, $boundaries))), $zone);
        }
    }
}
