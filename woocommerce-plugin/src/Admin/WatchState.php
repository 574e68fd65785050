<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\Statistics;
use Leadtap\WooCommerce\Gateway\TokenStates;

/** What the hourly look found, for notices that must not ask the daemon themselves. */
final class WatchState
{
    public const OPTION = 'leadtap_watch';

    /** A daemon that is restarted is away for seconds. After two looks in a row somebody should know. */
    public const LONG_SECONDS = 50 * 60;

    /** So many tokens that ended within a day are no longer people who changed their minds one by one. */
    private const MANY_ENDED = 5;

    /** ... where they are at least one in so many. */
    private const SHARE_ENDED = 10;

    public function answered(int $now, Statistics $statistics): void
    {
        $this->keep(['answered' => $now, 'down_since' => 0, 'why' => '']);
        // A daemon that has just started has not counted its tokens, which is not that they are gone.
        if ($statistics->tokenTime !== null) {
            $this->count($now, $statistics);
        }
    }

    private function count(int $now, Statistics $statistics): void
    {
        $ended = $statistics->tokensIn(TokenStates::EXPIRED) + $statistics->tokensIn(TokenStates::REVOKED);
        $began = $this->number('day_began');
        if ($began === 0 || $now - $began >= DAY_IN_SECONDS) {
            $this->keep(['day_began' => $now, 'ended_before' => $began === 0 ? $ended : $this->number('ended')]);
        }
        $this->keep([
            'expiring' => $statistics->tokensIn(TokenStates::EXPIRING),
            'ended' => $ended,
            'tokens' => array_sum($statistics->tokens),
        ]);
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
        $ended = $this->number('ended') - $this->number('ended_before');
        if ($ended >= self::MANY_ENDED && $ended * self::SHARE_ENDED >= $this->number('tokens')) {
            $alarms[] = sprintf(
                /* translators: 1, 2: numbers */
                __('%1$s of %2$s access tokens ended within a day. Look at the app in Meta’s dashboard: was it switched off, or its secret changed?', 'leadtap'),
                number_format_i18n($ended),
                number_format_i18n($this->number('tokens'))
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
