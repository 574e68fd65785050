<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\TokenStates;

/** What an admin looks for, read from the address of the page, and as a filter of the daemon's (docs/leads.md). */
final class LeadFilter
{
    /** The daemon takes filters of 2,048 bytes; of these characters each has at most 4, and may be quoted. */
    public const SEARCH_CHARACTERS = 100;

    public const ACCOUNT_TYPES = ['business', 'creator', 'personal'];

    public const CONSENTS = ['given', 'none', 'withdrawn'];

    public const EMAILS = ['known', 'none'];

    /** As it was typed. */
    public string $search = '';

    /** One of the constants above, here and below; empty: any. */
    public string $accountType = '';

    public string $tokenState = '';

    public string $consent = '';

    public string $email = '';

    /** Days of the shop's, `2026-11-25`; empty: no bound. */
    public string $since = '';

    public string $until = '';

    private \DateTimeZone $zone;

    public function __construct(\DateTimeZone $zone)
    {
        $this->zone = $zone;
    }

    /** @param array<string, mixed> $query without slashes; what is no value of a field counts as none */
    public static function from(array $query, \DateTimeZone $zone): self
    {
        $filter = new self($zone);
        $text = static fn (string $key) => is_string($query[$key] ?? null) ? trim($query[$key]) : '';
        $oneOf = static fn (string $key, array $values) => in_array($text($key), $values, true) ? $text($key) : '';
        $search = (string) preg_replace('/[\x00-\x1f\x7f]+/', ' ', wp_check_invalid_utf8($text('search')));
        $filter->search = trim(mb_substr($search, 0, self::SEARCH_CHARACTERS));
        $filter->accountType = $oneOf('account_type', self::ACCOUNT_TYPES);
        $filter->tokenState = $oneOf('token_state', array_merge(TokenStates::ALL, [TokenStates::NONE]));
        $filter->consent = $oneOf('consent', self::CONSENTS);
        $filter->email = $oneOf('email', self::EMAILS);
        $filter->since = self::day($text('since'));
        $filter->until = self::day($text('until'));

        return $filter;
    }

    /** @return array<string, string> for the addresses of other pages of the same list; what is empty is left out */
    public function query(): array
    {
        return array_filter([
            'search' => $this->search,
            'account_type' => $this->accountType,
            'token_state' => $this->tokenState,
            'consent' => $this->consent,
            'email' => $this->email,
            'since' => $this->since,
            'until' => $this->until,
        ], static fn (string $value) => $value !== '');
    }

    public function isEmpty(): bool
    {
        return $this->query() === [];
    }

    /** In the daemon's words. */
    public function expression(): string
    {
        $token = $this->tokenState === TokenStates::NONE ? 'UNSPECIFIED' : strtoupper($this->tokenState);
        $parts = [
            $this->search === '' ? '' : 'text:' . self::quote(ltrim($this->search, '@') ?: $this->search),
            $this->accountType === '' ? '' : 'account_type = ' . strtoupper($this->accountType),
            $this->tokenState === '' ? '' : "token.state = {$token}",
            [
                '' => '',
                'given' => 'consent:* AND NOT consent.withdraw_time:*',
                'none' => 'NOT consent:*',
                'withdrawn' => 'consent.withdraw_time:*',
            ][$this->consent],
            ['' => '', 'known' => 'contact.email:*', 'none' => 'NOT contact.email:*'][$this->email],
            $this->since === '' ? '' : 'create_time >= ' . self::quote($this->midnight($this->since, 0)),
            $this->until === '' ? '' : 'create_time < ' . self::quote($this->midnight($this->until, 1)),
        ];

        return implode(' AND ', array_filter($parts));
    }

    private function midnight(string $day, int $daysLater): string
    {
        return (new \DateTimeImmutable("{$day} +{$daysLater} day", $this->zone))->format(DATE_RFC3339);
    }

    private static function quote(string $text): string
    {
        return '"' . addcslashes($text, '"\\') . '"';
    }

    private static function day(string $text): string
    {
        $isDay = preg_match('/^(20[0-9]{2})-([0-9]{2})-([0-9]{2})$/D', $text, $parts) === 1
            && checkdate((int) $parts[2], (int) $parts[3], (int) $parts[1]);

        return $isDay ? $text : '';
    }
}
