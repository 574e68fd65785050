<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** The days of a chart, in the shop's time zone. */
final class Days
{
    /** How many days can be asked for. */
    public const CHOICES = [7, 30, 90, 365];

    public const DEFAULT = 30;

    /** The daemon counts by quarters of an hour, at which days begin in every zone. */
    private const QUARTER_SECONDS = 900;

    private function __construct()
    {
    }

    /**
     * Where each of the last days begins, and where today ends.
     *
     * @return list<int> one more than there are days, in seconds since 1970, ascending
     */
    public static function boundaries(int $days, \DateTimeZone $zone, int $now): array
    {
        $today = (new \DateTimeImmutable("@{$now}"))->setTimezone($zone)->setTime(0, 0);
        $boundaries = [];
        for ($day = 1 - $days; $day <= 1; $day++) {
            $moment = $today->modify(sprintf('%+d day', $day))->setTime(0, 0)->getTimestamp();
            $boundaries[] = $moment - $moment % self::QUARTER_SECONDS;
        }

        return $boundaries;
    }
}
