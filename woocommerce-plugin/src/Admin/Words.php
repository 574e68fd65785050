<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Gateway\LeadRecord;
use Leadtap\WooCommerce\Gateway\TokenStates;

/** The words that the admin pages have for what the daemon says. Not escaped. */
final class Words
{
    private function __construct()
    {
    }

    public static function accountType(string $type): string
    {
        return [
            'business' => __('Business', 'leadtap'),
            'creator' => __('Creator', 'leadtap'),
            'personal' => __('Personal', 'leadtap'),
        ][$type] ?? __('Unknown', 'leadtap');
    }

    public static function tokenState(string $state): string
    {
        return [
            TokenStates::LONG_LIVED => __('Working', 'leadtap'),
            TokenStates::SHORT_LIVED => __('Being exchanged', 'leadtap'),
            TokenStates::EXPIRING => __('Ends within 7 days', 'leadtap'),
            TokenStates::EXPIRED => __('Expired', 'leadtap'),
            TokenStates::REVOKED => __('Ended by Instagram', 'leadtap'),
        ][$state] ?? __('None', 'leadtap');
    }

    public static function tokenEnd(string $reason): string
    {
        return [
            'expired' => __('It was not renewed in time.', 'leadtap'),
            'app_removed' => __('The person removed the app in Instagram.', 'leadtap'),
            'password_changed' => __('The person changed the password of their Instagram account.', 'leadtap'),
            'checkpoint' => __('Instagram wants the person to confirm something in the Instagram app.', 'leadtap'),
            'invalid' => __('Instagram says no more than that it is not good any more.', 'leadtap'),
        ][$reason] ?? '';
    }

    public static function consent(LeadRecord $lead): string
    {
        if ($lead->consentVersion === '') {
            return __('None', 'leadtap');
        }
        if ($lead->consentWithdrawTime !== null) {
            return __('Withdrawn', 'leadtap');
        }
        /* translators: %s: version of the consent text */
        return sprintf(__('Given (text %s)', 'leadtap'), $lead->consentVersion);
    }

    /** @param int|null $time seconds since 1970 */
    public static function time(?int $time): string
    {
        if ($time === null) {
            return __('Never', 'leadtap');
        }

        return (string) wp_date(get_option('date_format') . ' ' . get_option('time_format'), $time);
    }

    /** How a person is called, in what is known first. */
    public static function person(LeadRecord $lead): string
    {
        return $lead->name ?: ($lead->fullName ?: ($lead->username !== '' ? '@' . $lead->username : $lead->leadId));
    }

    /** What was said of a failed call, mostly in English. */
    public static function said(GatewayFailure $failure): string
    {
        /* translators: %s: name of an error */
        return $failure->sentence() ?: sprintf(__('It did not say why (%s).', 'leadtap'), $failure->getMessage());
    }

    /** What a failed call means for whoever looks at the page, and where to go on. */
    public static function failure(GatewayFailure $failure): string
    {
        switch ($failure->kind()) {
            case GatewayFailure::DOWN:
                return __('The daemon cannot be reached. The connection test in the settings says why. Nothing is lost: leads are kept by the daemon.', 'leadtap');
            case GatewayFailure::SLOW:
                return __('The daemon did not answer in time. Try again; if it stays so, look at the connection test in the settings.', 'leadtap');
            case GatewayFailure::BUSY:
                return __('The daemon has as many calls of this shop as it allows. Try again in a moment.', 'leadtap');
        }
        if ($failure->reason() === 'PAGE_TOKEN_INVALID') {
            return __('This page of the list is too old. Begin with the first page.', 'leadtap');
        }
        /* translators: %s: what the daemon said, in English */
        return sprintf(__('The daemon refused: %s', 'leadtap'), self::said($failure));
    }
}
