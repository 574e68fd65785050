<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Exception\AuthorizationExpired;
use Leadtap\WooCommerce\Client\Exception\AuthorizationNotFound;
use Leadtap\WooCommerce\Client\Exception\BrowserBindingMismatch;
use Leadtap\WooCommerce\Client\Exception\DeadlineExceeded;
use Leadtap\WooCommerce\Client\Exception\DeletionNotFound;
use Leadtap\WooCommerce\Client\Exception\EtagMismatch;
use Leadtap\WooCommerce\Client\Exception\IdentityConflict;
use Leadtap\WooCommerce\Client\Exception\InstagramUnavailable;
use Leadtap\WooCommerce\Client\Exception\LeadNotFound;
use Leadtap\WooCommerce\Client\Exception\LoginOver;
use Leadtap\WooCommerce\Client\Exception\SignedRequestRefused;
use Leadtap\WooCommerce\Client\Exception\TooManyRequests;
use Leadtap\WooCommerce\Client\Exception\Unavailable;
use Leadtap\WooCommerce\Client\LeadtapException;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\ErrorReason;

/** Turns what the client throws into what it means for the shop: the one table of it. */
final class Failures
{
    /** The first that fits counts, so that the narrow come before the wide. */
    private const KINDS = [
        AuthorizationExpired::class => GatewayFailure::EXPIRED,
        AuthorizationNotFound::class => GatewayFailure::EXPIRED,
        BrowserBindingMismatch::class => GatewayFailure::OTHER_BROWSER,
        InstagramUnavailable::class => GatewayFailure::INSTAGRAM_DOWN,
        Unavailable::class => GatewayFailure::DOWN,
        DeadlineExceeded::class => GatewayFailure::SLOW,
        LoginOver::class => GatewayFailure::START_AGAIN,
        TooManyRequests::class => GatewayFailure::BUSY,
        IdentityConflict::class => GatewayFailure::CONFLICT,
        LeadNotFound::class => GatewayFailure::NOT_FOUND,
        DeletionNotFound::class => GatewayFailure::NOT_FOUND,
        EtagMismatch::class => GatewayFailure::CHANGED,
        SignedRequestRefused::class => GatewayFailure::FORGED,
    ];

    private function __construct()
    {
    }

    public static function of(LeadtapException $cause): GatewayFailure
    {
        return new GatewayFailure(
            self::kind($cause),
            $cause->getMessage(),
            self::reason($cause),
            $cause->requestId(),
            $cause->isRetryable(),
            $cause
        );
    }

    /** Whoever does not know the contract at all has no names for what is wrong. */
    private static function reason(LeadtapException $cause): string
    {
        $isUnknown = $cause->reason() === '' && $cause->grpcStatus() === Status::UNIMPLEMENTED;

        return $isUnknown ? ErrorReason::METHOD_UNKNOWN : $cause->reason();
    }

    private static function kind(LeadtapException $cause): string
    {
        if ($cause->reason() === ErrorReason::INSTAGRAM_THROTTLED) {
            return GatewayFailure::INSTAGRAM_DOWN;
        }
        foreach (self::KINDS as $class => $kind) {
            if ($cause instanceof $class) {
                return $kind;
            }
        }

        return GatewayFailure::OPERATOR;
    }
}
