<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\V1\AccountType;
use Leadtap\WooCommerce\Client\V1\Consent;
use Leadtap\WooCommerce\Client\V1\Contact;
use Leadtap\WooCommerce\Client\V1\GetLeadStatisticsResponse;
use Leadtap\WooCommerce\Client\V1\InstagramProfile;
use Leadtap\WooCommerce\Client\V1\Lead;
use Leadtap\WooCommerce\Client\V1\LeadSource;
use Leadtap\WooCommerce\Client\V1\TokenEndReason;
use Leadtap\WooCommerce\Client\V1\TokenState;
use Leadtap\WooCommerce\Client\V1\TokenStatus;

/** From the contract's messages to what the shop's people see. A value that this version does not know counts as not told. */
final class LeadConversions
{
    private const ACCOUNT_TYPES = [
        AccountType::BUSINESS => 'business',
        AccountType::CREATOR => 'creator',
        AccountType::PERSONAL => 'personal',
    ];

    private const TOKEN_STATES = [
        TokenState::SHORT_LIVED => TokenStates::SHORT_LIVED,
        TokenState::LONG_LIVED => TokenStates::LONG_LIVED,
        TokenState::EXPIRED => TokenStates::EXPIRED,
        TokenState::REVOKED => TokenStates::REVOKED,
        TokenState::EXPIRING => TokenStates::EXPIRING,
    ];

    private const END_REASONS = [
        TokenEndReason::EXPIRED => 'expired',
        TokenEndReason::APP_REMOVED => 'app_removed',
        TokenEndReason::PASSWORD_CHANGED => 'password_changed',
        TokenEndReason::CHECKPOINT => 'checkpoint',
        TokenEndReason::INVALID => 'invalid',
    ];

    private function __construct()
    {
    }

    public static function record(Lead $lead): LeadRecord
    {
        $record = new LeadRecord();
        $record->leadId = $lead->getLeadId();
        self::addProfile($record, $lead->getInstagram() ?? new InstagramProfile());
        self::addContact($record, $lead->getContact() ?? new Contact());
        self::addConsent($record, $lead->getConsent() ?? new Consent());
        self::addToken($record, $lead->getToken() ?? new TokenStatus());
        $record->attributes = array_map('strval', $lead->getAttributes());
        $record->createTime = self::seconds($lead->getCreateTime());
        $record->lastLoginTime = self::seconds($lead->getLastLoginTime());
        $record->loginCount = $lead->getLoginCount();
        $record->isImported = $lead->getSource() === LeadSource::IMPORT;

        return $record;
    }

    /** @param list<int> $starts when each day begins */
    public static function statistics(array $starts, GetLeadStatisticsResponse $reply): Statistics
    {
        $days = [];
        foreach ($reply->getIntervals() as $number => $interval) {
            $days[] = new Day($starts[$number] ?? 0, $interval->getNewLeads(), $interval->getLogins());
        }
        $tokens = [];
        foreach ($reply->getTokenCounts() as $count) {
            $state = self::TOKEN_STATES[$count->getState()] ?? TokenStates::NONE;
            $tokens[$state] = ($tokens[$state] ?? 0) + $count->getCount();
        }

        return new Statistics($days, $tokens, self::seconds($reply->getTokenCountTime()));
    }

    public static function seconds(?Timestamp $time): ?int
    {
        return $time === null ? null : $time->getSeconds();
    }

    private static function addProfile(LeadRecord $record, InstagramProfile $profile): void
    {
        $record->scopedId = $profile->getId();
        $record->userId = $profile->getUserId();
        $record->username = $profile->getUsername();
        $record->name = $profile->getName();
        $record->accountType = self::ACCOUNT_TYPES[$profile->getAccountType()] ?? '';
        $record->followers = $profile->getFollowersCount();
        $record->posts = $profile->getMediaCount();
    }

    private static function addContact(LeadRecord $record, Contact $contact): void
    {
        $record->email = $contact->getEmail();
        $record->emailVerifiedTime = self::seconds($contact->getEmailVerifiedTime());
        $record->fullName = $contact->getFullName();
        $record->phone = $contact->getPhone();
    }

    private static function addConsent(LeadRecord $record, Consent $consent): void
    {
        $record->consentVersion = $consent->getTextVersion();
        $record->consentSource = $consent->getSource();
        $record->consentTime = self::seconds($consent->getAgreeTime());
        $record->consentWithdrawTime = self::seconds($consent->getWithdrawTime());
    }

    private static function addToken(LeadRecord $record, TokenStatus $token): void
    {
        $record->tokenState = self::TOKEN_STATES[$token->getState()] ?? TokenStates::NONE;
        $record->tokenExpireTime = self::seconds($token->getExpireTime());
        $record->tokenEndReason = self::END_REASONS[$token->getEndReason()] ?? '';
    }
}
