<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

use Leadtap\Client\Status;
use Leadtap\Client\V1\ErrorReason;

/** Which exception stands for which failure. */
final class Kinds
{
    public const BY_REASON = [
        ErrorReason::CALLER_UNKNOWN => Unauthenticated::class,
        ErrorReason::PERMISSION_MISSING => PermissionDenied::class,
        ErrorReason::REQUEST_INVALID => InvalidRequest::class,
        ErrorReason::REDIRECT_URI_NOT_ALLOWED => NotConfigured::class,
        ErrorReason::SCOPE_NOT_ALLOWED => NotConfigured::class,
        ErrorReason::CALLBACK_INVALID => CallbackInvalid::class,
        ErrorReason::TOO_MANY_PENDING_AUTHORIZATIONS => TooManyRequests::class,
        ErrorReason::AUTHORIZATION_NOT_FOUND => AuthorizationNotFound::class,
        ErrorReason::AUTHORIZATION_EXPIRED => AuthorizationExpired::class,
        ErrorReason::BROWSER_BINDING_MISMATCH => BrowserBindingMismatch::class,
        ErrorReason::CODE_REFUSED => LoginOver::class,
        ErrorReason::EXCHANGE_INTERRUPTED => LoginOver::class,
        ErrorReason::IDENTITY_CONFLICT => IdentityConflict::class,
        ErrorReason::INSTAGRAM_UNAVAILABLE => InstagramUnavailable::class,
        ErrorReason::INSTAGRAM_ANSWER_UNREADABLE => InstagramUnavailable::class,
        ErrorReason::INSTAGRAM_THROTTLED => TooManyRequests::class,
        ErrorReason::INSTAGRAM_BLOCKED => InstagramRefused::class,
        ErrorReason::INSTAGRAM_TOKEN_DEAD => LoginOver::class,
        ErrorReason::INSTAGRAM_PERMISSION_MISSING => InstagramRefused::class,
        ErrorReason::INSTAGRAM_ROLE_MISSING => InstagramRefused::class,
        ErrorReason::INSTAGRAM_APP_REJECTED => InstagramRefused::class,
        ErrorReason::INSTAGRAM_REDIRECT_URI_REJECTED => InstagramRefused::class,
        ErrorReason::INSTAGRAM_REQUEST_REJECTED => InstagramRefused::class,
        ErrorReason::LEAD_NOT_FOUND => LeadNotFound::class,
        ErrorReason::STORE_UNAVAILABLE => Unavailable::class,
        ErrorReason::SHUTTING_DOWN => Unavailable::class,
        ErrorReason::INTERNAL => InternalError::class,
        ErrorReason::DEADLINE_EXCEEDED => DeadlineExceeded::class,
        ErrorReason::METHOD_UNKNOWN => InvalidRequest::class,
        ErrorReason::TOO_MANY_CALLS => TooManyRequests::class,
        ErrorReason::TOO_MANY_STARTS => TooManyRequests::class,
        ErrorReason::KEY_NOT_FOUND => InvalidRequest::class,
        ErrorReason::KEY_IN_USE => OperatorNeeded::class,
        ErrorReason::KEY_RING_READ_ONLY => OperatorNeeded::class,
        ErrorReason::KEY_RING_CHANGED => OperatorNeeded::class,
        ErrorReason::KEY_RING_FULL => OperatorNeeded::class,
        ErrorReason::RECORD_ALTERED => OperatorNeeded::class,
        ErrorReason::KEY_MISSING => OperatorNeeded::class,
        ErrorReason::TOKEN_TOO_YOUNG => TokenUnavailable::class,
        ErrorReason::TOKEN_ENDED => TokenUnavailable::class,
        ErrorReason::TOKEN_CONSENT_WITHDRAWN => TokenUnavailable::class,
        ErrorReason::TOKEN_FOREIGN => TokenUnavailable::class,
        ErrorReason::TOKEN_REFUSED => TokenUnavailable::class,
        ErrorReason::ETAG_MISMATCH => EtagMismatch::class,
        ErrorReason::PAGE_TOKEN_INVALID => InvalidRequest::class,
        ErrorReason::CURSOR_EXPIRED => InvalidRequest::class,
        ErrorReason::CONSUMER_TOO_SLOW => TooManyRequests::class,
        ErrorReason::TOO_MANY_STREAMS => TooManyRequests::class,
        ErrorReason::SIGNED_REQUEST_INVALID => SignedRequestRefused::class,
        ErrorReason::SIGNED_REQUEST_EXPIRED => SignedRequestRefused::class,
        ErrorReason::DELETION_NOT_FOUND => DeletionNotFound::class,
        ErrorReason::WEBHOOK_NOT_FOUND => InvalidRequest::class,
        ErrorReason::DEAD_LETTER_NOT_FOUND => InvalidRequest::class,
        ErrorReason::STORE_WALK_UNDER_WAY => Unavailable::class,
        ErrorReason::STORE_WALK_TOO_SLOW => Unavailable::class,
        ErrorReason::STORE_COPY_FAILED => NotConfigured::class,
    ];

    /** For failures without a reason: of the transport, of a proxy, of tonic itself. */
    public const BY_STATUS = [
        Status::INVALID_ARGUMENT => InvalidRequest::class,
        Status::DEADLINE_EXCEEDED => DeadlineExceeded::class,
        Status::PERMISSION_DENIED => PermissionDenied::class,
        Status::RESOURCE_EXHAUSTED => TooManyRequests::class,
        Status::INTERNAL => InternalError::class,
        Status::UNAVAILABLE => Unavailable::class,
        Status::UNAUTHENTICATED => Unauthenticated::class,
    ];

    private function __construct()
    {
    }
}
