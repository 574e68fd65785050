<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** All that the daemon tells of a lead, for those who look after leads. Times are seconds since 1970. */
final class LeadRecord
{
    /** A UUID. */
    public string $leadId = '';

    public string $scopedId = '';

    public string $userId = '';

    /** The handle without `@`; may be empty. */
    public string $username = '';

    public string $name = '';

    /** `business`, `creator`, `personal`; empty: Instagram did not say. */
    public string $accountType = '';

    public ?int $followers = null;

    public ?int $posts = null;

    public string $email = '';

    public ?int $emailVerifiedTime = null;

    public string $fullName = '';

    public string $phone = '';

    /** Empty: no consent was given. */
    public string $consentVersion = '';

    public string $consentSource = '';

    public ?int $consentTime = null;

    public ?int $consentWithdrawTime = null;

    /** @var array<string, string> */
    public array $attributes = [];

    public ?int $createTime = null;

    /** Null: nobody ever logged in, the token was imported. */
    public ?int $lastLoginTime = null;

    public int $loginCount = 0;

    /** One of {@see TokenStates}. */
    public string $tokenState = TokenStates::NONE;

    public ?int $tokenExpireTime = null;

    /** `expired`, `app_removed`, `password_changed`, `checkpoint`, `invalid`; empty: it has not ended. */
    public string $tokenEndReason = '';

    public bool $isImported = false;
}
