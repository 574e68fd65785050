<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Gateway\GatewayFailure;

/**
 * How a login can end other than logged in. The code stands in the address of
 * the page that the shopper lands on, so that the sentence reaches a browser
 * without cookies too; it is one of a fixed list, and says nothing of anybody.
 */
final class Outcomes
{
    public const PARAMETER = 'leadtap_outcome';

    public const DECLINED = 'declined';
    public const PERSONAL = 'personal';
    public const NOT_ADMITTED = 'not_admitted';
    public const INSTAGRAM_DOWN = 'instagram_down';
    public const UNAVAILABLE = 'unavailable';
    public const SLOW = 'slow';
    public const COOKIES = 'cookies';
    public const EXPIRED = 'expired';
    public const OTHER_BROWSER = 'other_browser';
    public const START_AGAIN = 'start_again';
    public const BUSY = 'busy';
    public const OPERATOR = 'operator';
    public const STAFF = 'staff';
    public const BLOCKED = 'blocked';
    public const CLOSED = 'closed';
    public const ALREADY_IN = 'already_in';
    public const TAKEN = 'taken';
    public const HAS_OTHER = 'has_other';
    public const LINK_OTHER_USER = 'link_other_user';
    public const MAIL_LINK_OVER = 'mail_link_over';

    private const ALL = [
        self::DECLINED,
        self::PERSONAL,
        self::NOT_ADMITTED,
        self::INSTAGRAM_DOWN,
        self::UNAVAILABLE,
        self::SLOW,
        self::COOKIES,
        self::EXPIRED,
        self::OTHER_BROWSER,
        self::START_AGAIN,
        self::BUSY,
        self::OPERATOR,
        self::STAFF,
        self::BLOCKED,
        self::CLOSED,
        self::ALREADY_IN,
        self::TAKEN,
        self::HAS_OTHER,
        self::LINK_OTHER_USER,
        self::MAIL_LINK_OVER,
    ];

    private const OF_FAILURES = [
        GatewayFailure::DOWN => self::UNAVAILABLE,
        GatewayFailure::SLOW => self::SLOW,
        GatewayFailure::INSTAGRAM_DOWN => self::INSTAGRAM_DOWN,
        GatewayFailure::BUSY => self::BUSY,
        GatewayFailure::EXPIRED => self::EXPIRED,
        GatewayFailure::OTHER_BROWSER => self::OTHER_BROWSER,
        GatewayFailure::START_AGAIN => self::START_AGAIN,
    ];

    private function __construct()
    {
    }

    public static function ofFailure(GatewayFailure $failure): string
    {
        if ($failure->reason() === 'INSTAGRAM_ROLE_MISSING') {
            return self::NOT_ADMITTED;
        }

        return self::OF_FAILURES[$failure->kind()] ?? self::OPERATOR;
    }

    /**
     * `user_denied`, which Cancel sends, is a person's own will. All else is Instagram's, `access_denied` without a reason
     * too: so it turns away who has no role in an app that is in review.
     */
    public static function ofDeclined(string $because): string
    {
        return $because === 'user_denied' ? self::DECLINED : self::NOT_ADMITTED;
    }

    public static function isKnown(string $outcome): bool
    {
        return in_array($outcome, self::ALL, true);
    }

    /** What to tell the shopper; empty: no such outcome. The shop's own form is right below it. */
    public static function sentence(string $outcome): string
    {
        switch ($outcome) {
            case self::DECLINED:
                return __('You did not continue with Instagram, and nothing was changed.', 'leadtap');
            case self::PERSONAL:
                return __('Instagram lets no personal account log in to shops. You can switch yours to a professional one in Instagram’s settings, free of charge, and try again; or log in or register here with your email address.', 'leadtap');
            case self::NOT_ADMITTED:
                return __('Instagram did not let this account in here. Please log in or register with your email address.', 'leadtap');
            case self::INSTAGRAM_DOWN:
                return __('Instagram has trouble at the moment. Please try again later, or log in here.', 'leadtap');
            case self::UNAVAILABLE:
                return __('Logging in with Instagram does not work in this shop right now. Please log in here instead.', 'leadtap');
            case self::SLOW:
                return __('Instagram takes too long to answer. Try again, or log in here.', 'leadtap');
            case self::COOKIES:
                return __('Your browser blocks cookies, without which nobody can be logged in. Please allow them for this shop and try again.', 'leadtap');
            case self::EXPIRED:
                return __('That took too long, so the login with Instagram has expired. Please begin again.', 'leadtap');
            case self::OTHER_BROWSER:
                return __('This login began in another browser. Please go on there, or begin again here.', 'leadtap');
            case self::START_AGAIN:
                return __('This login with Instagram cannot be used any more. Please begin again.', 'leadtap');
            case self::BUSY:
                return __('Very many people log in with Instagram right now. Please try again in a minute, or log in here.', 'leadtap');
            case self::OPERATOR:
                return __('Logging in with Instagram is not set up correctly in this shop, and the shop has a note of it. Please log in here instead.', 'leadtap');
            case self::STAFF:
                return __('This account cannot log in with Instagram. Please log in with your password.', 'leadtap');
            case self::BLOCKED:
                return __('This account is blocked or not yet approved. Please contact the shop.', 'leadtap');
            case self::CLOSED:
                return __('No account of this shop is linked to your Instagram account, and new ones are not made this way. If you have an account, log in here and link Instagram under account details.', 'leadtap');
            case self::ALREADY_IN:
                return __('You are logged in already. To use Instagram with this account, link it here.', 'leadtap');
            case self::TAKEN:
                return __('This Instagram account belongs to another customer account already. Log in with Instagram to get there.', 'leadtap');
            case self::HAS_OTHER:
                return __('Another Instagram account is linked to your account. Unlink it first.', 'leadtap');
            case self::LINK_OTHER_USER:
                return __('Somebody else is logged in now than when you began to link Instagram. Nothing was changed.', 'leadtap');
            case self::MAIL_LINK_OVER:
                return __('This link from our email cannot be used: it is too old, was used before, or was opened in another browser than the one in which you continued with Instagram. Please begin again.', 'leadtap');
            default:
                return '';
        }
    }

    /** How WooCommerce shows it: `notice` for what is nobody's fault. */
    public static function noticeType(string $outcome): string
    {
        return in_array($outcome, [self::DECLINED, self::PERSONAL, self::ALREADY_IN], true) ? 'notice' : 'error';
    }
}
