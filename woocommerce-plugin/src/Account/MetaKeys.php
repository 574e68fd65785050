<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

/**
 * The names of what is kept of a user. All begin with {@see PREFIX}. User meta
 * is one for a whole network, and each of its sites has its own app and daemon:
 * so the site's number is in each name.
 */
final class MetaKeys
{
    public const PREFIX = '_leadtap_';

    private function __construct()
    {
    }

    public static function link(): string
    {
        return self::named('link');
    }

    /**
     * The id stands in the name, not in the value: WordPress has an index of
     * names, so a login finds its user among a million as fast as among ten.
     */
    public static function scopedId(string $id): string
    {
        return self::named("ig_{$id}");
    }

    public static function userId(string $id): string
    {
        return self::named("ig_user_{$id}");
    }

    /** Set: the user never had a password of their own. */
    public static function noPassword(): string
    {
        // One password holds in all of a network.
        return self::PREFIX . 'no_password';
    }

    public static function emailProof(): string
    {
        return self::PREFIX . 'email_proof';
    }

    public static function emailRequest(): string
    {
        return self::PREFIX . 'email_request';
    }

    public static function consent(): string
    {
        return self::named('consent');
    }

    /** Whether a name is of a link, of whichever site. */
    public static function isOfALink(string $name): bool
    {
        return preg_match('/^' . self::PREFIX . '[0-9]+_(link$|ig_)/D', $name) === 1;
    }

    public static function prefixOfThisSite(): string
    {
        return self::PREFIX . get_current_blog_id() . '_';
    }

    private static function named(string $name): string
    {
        return self::prefixOfThisSite() . $name;
    }
}
