<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** What the hourly look found, for notices that must not ask the daemon themselves. */
final class WatchState
{
    public const OPTION = 'leadtap_watch';

    /** A daemon that is restarted is away for seconds. After two looks in a row somebody should know. */
    public const LONG_SECONDS = 50 * 60;

    public function answered(int $now, int $expiringTokens): void
    {
        $this->keep(['answered' => $now, 'down_since' => 0, 'why' => '', 'expiring' => $expiringTokens]);
    }

    /** Somebody tried, and it works: the notice need not wait for the next look. */
    public function recovered(): void
    {
        if ($this->number('down_since') > 0) {
            $this->keep(['down_since' => 0, 'why' => '']);
        }
    }

    public function failed(int $now, string $why): void
    {
        $since = $this->number('down_since');
        $this->keep(['down_since' => $since > 0 ? $since : $now, 'why' => $why]);
    }

    public function mailed(int $now): void
    {
        $this->keep(['mailed' => $now]);
    }

    public function mailedTime(): int
    {
        return $this->number('mailed');
    }

    /** When the daemon last answered, in seconds since 1970; 0: never. */
    public function answeredTime(): int
    {
        return $this->number('answered');
    }

    public function forget(): void
    {
        delete_option(self::OPTION);
    }

    /** @return list<string> what somebody has to act on, in sentences */
    public function alarms(int $now): array
    {
        $alarms = [];
        $since = $this->number('down_since');
        if ($since > 0 && $now - $since >= self::LONG_SECONDS) {
            $alarms[] = sprintf(
                /* translators: 1: a stretch of time such as "2 hours", 2: what went wrong, in English */
                __('The leadtap daemon has not answered for %1$s, so nobody can continue with Instagram; the shop’s own login works. What went wrong last: %2$s', 'leadtap'),
                human_time_diff($since, $now),
                (string) ($this->all()['why'] ?? '')
            );
        }
        $expiring = $this->number('expiring');
        if ($expiring > 0) {
            $alarms[] = sprintf(
                /* translators: %s: a number */
                _n(
                    '%s access token ends within seven days, because Instagram does not renew it. The person gets a new one by logging in again; where many end at once, look at the app in Meta’s dashboard.',
                    '%s access tokens end within seven days, because Instagram does not renew them. The people get new ones by logging in again; where many end at once, look at the app in Meta’s dashboard.',
                    $expiring,
                    'leadtap'
                ),
                number_format_i18n($expiring)
            );
        }

        return $alarms;
    }

    private function number(string $key): int
    {
        $value = $this->all()[$key] ?? 0;

        return is_int($value) ? $value : 0;
    }

    /** @return array<string, mixed> */
    private function all(): array
    {
        $all = get_option(self::OPTION, []);

        return is_array($all) ? $all : [];
    }

    /** @param array<string, mixed> $changes */
    private function keep(array $changes): void
    {
        update_option(self::OPTION, $changes + $this->all(), false);
    }
}
