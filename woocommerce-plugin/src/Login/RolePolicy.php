<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Settings\Settings;

/**
 * Who may log in with Instagram. An Instagram account is as safe as its owner
 * keeps it; a shop's staff has more to lose than a basket.
 */
final class RolePolicy
{
    /** More sites than anybody works for; the first ones are looked at. */
    private const MAX_SITES = 200;

    /** What somebody of another site of the network becomes here, as with WooCommerce's own login. */
    public const NEWCOMER = 'customer';

    private Settings $settings;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
    }

    /** All of the user's roles must be named in the settings, and there are no rights beside them. */
    public function allows(\WP_User $user): bool
    {
        // Nobody is a customer of this site who has no role here.
        return $this->allowsWith($user->roles === [] ? null : $this->namesOf($user->roles, $user->caps), $user);
    }

    /** The same of a user who becomes a customer here with it, as one of another site of the network does. */
    public function allowsAsMember(\WP_User $user): bool
    {
        return self::isMember($user) ? $this->allows($user) : $this->allowsWith([self::NEWCOMER], $user);
    }

    public static function isMember(\WP_User $user): bool
    {
        return !is_multisite() || is_user_member_of_blog($user->ID, get_current_blog_id());
    }

    /** @param list<string>|null $names what the user is here; null: nothing */
    private function allowsWith(?array $names, \WP_User $user): bool
    {
        $allowed = $names !== null && $user->exists() && $this->fits($names) && !$this->isSuper($user) && $this->fitsElsewhere($user);

        /**
         * Filters whether this user may log in with Instagram, and link it. To forbid is safe; to allow what the
         * settings do not lets staff in by Instagram.
         *
         * @param bool     $allowed
         * @param \WP_User $user
         */
        return (bool) apply_filters('leadtap_may_log_in', $allowed, $user);
    }

    /** @param list<string> $names roles, and rights that the user has beside them */
    private function fits(array $names): bool
    {
        return array_diff($names, $this->settings->roles()) === [];
    }

    /**
     * @param array<int|string, string>  $roles
     * @param array<string, bool> $caps  WordPress keeps roles and single rights in one list
     *
     * @return list<string>
     */
    private function namesOf(array $roles, array $caps): array
    {
        return array_values(array_unique(array_merge(array_values($roles), array_keys(array_filter($caps)))));
    }

    private function isSuper(\WP_User $user): bool
    {
        return is_multisite() && is_super_admin($user->ID);
    }

    /** A login holds in all of a network: nobody gets in here who is staff there. */
    private function fitsElsewhere(\WP_User $user): bool
    {
        if (!is_multisite()) {
            return true;
        }
        global $wpdb;
        foreach (array_slice(get_blogs_of_user($user->ID, true), 0, self::MAX_SITES) as $site) {
            $caps = get_user_meta($user->ID, $wpdb->get_blog_prefix($site->userblog_id) . 'capabilities', true);
            if (is_array($caps) && !$this->fits(array_keys(array_filter($caps)))) {
                return false;
            }
        }

        return true;
    }
}
