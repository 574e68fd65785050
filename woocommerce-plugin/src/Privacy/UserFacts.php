<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Privacy;

use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Account\MetaKeys;

/** What this site's WordPress itself keeps of a user, beside what the daemon holds. */
class UserFacts
{
    private LinkedAccounts $accounts;

    public function __construct(LinkedAccounts $accounts)
    {
        $this->accounts = $accounts;
    }

    /** @return array<string, string> by name, in words; none: nothing is kept */
    public function of(int $user): array
    {
        return $this->link($user) + $this->address($user) + $this->consent($user);
    }

    /** @return array<string, string> */
    private function link(int $user): array
    {
        $link = $this->accounts->of($user);
        if ($link === null) {
            return [];
        }

        return array_filter([
            __('Linked Instagram account', 'leadtap') => $link->username === '' ? '' : "@{$link->username}",
            __('Instagram id (of this app)', 'leadtap') => $link->ids->scopedId(),
            __('Instagram id (of the account)', 'leadtap') => $link->ids->userId(),
            __('Linked since', 'leadtap') => self::time($link->linkedTime),
            __('Lead', 'leadtap') => $link->leadId,
        ], 'strlen');
    }

    /** @return array<string, string> */
    private function address(int $user): array
    {
        $proof = self::kept($user, MetaKeys::emailProof());
        $request = self::kept($user, MetaKeys::emailRequest());
        $facts = [];
        if (isset($proof['email'], $proof['time'])) {
            $facts[__('Confirmed email address', 'leadtap')] = (string) $proof['email'];
            $facts[__('Confirmed', 'leadtap')] = self::time((int) $proof['time']);
        }
        if (isset($request['email'], $request['until'])) {
            $facts[__('Email address to be confirmed', 'leadtap')] = (string) $request['email'];
            $facts[__('To be confirmed until', 'leadtap')] = self::time((int) $request['until']);
        }

        return $facts;
    }

    /** @return array<string, string> */
    private function consent(int $user): array
    {
        $consent = self::kept($user, MetaKeys::consent());
        if (!isset($consent['version'], $consent['time'])) {
            return [];
        }

        return [
            __('Version of the consent text', 'leadtap') => (string) $consent['version'],
            __('Consent given', 'leadtap') => self::time((int) $consent['time']),
        ];
    }

    /** @return array<mixed> */
    private static function kept(int $user, string $name): array
    {
        $kept = get_user_meta($user, $name, true);

        return is_array($kept) ? $kept : [];
    }

    private static function time(int $seconds): string
    {
        return $seconds === 0 ? '' : gmdate('Y-m-d\TH:i:s\Z', $seconds);
    }
}
