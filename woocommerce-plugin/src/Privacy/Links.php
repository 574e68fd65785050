<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Privacy;

use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Account\MetaKeys;

/** Which accounts of the shop are linked with Instagram, for those who look after people's data. */
class Links
{
    private LinkedAccounts $accounts;

    public function __construct(LinkedAccounts $accounts)
    {
        $this->accounts = $accounts;
    }

    /** The lead of a user; empty: the user is not linked. */
    public function leadOf(int $user): string
    {
        $link = $this->accounts->of($user);

        return $link === null ? '' : $link->leadId;
    }

    /** When a user was linked, in seconds since 1970; 0: the user is not. */
    public function timeOf(int $user): int
    {
        $link = $this->accounts->of($user);

        return $link === null ? 0 : $link->linkedTime;
    }

    /**
     * The users that an id of Instagram's is linked with, whichever of the two it is.
     *
     * @return list<int>
     */
    public function usersOf(string $instagramId): array
    {
        global $wpdb;
        if (preg_match('/^[0-9]{1,32}$/D', $instagramId) !== 1) {
            return [];
        }

        return array_map('intval', $wpdb->get_col($wpdb->prepare(
            "SELECT DISTINCT user_id FROM {$wpdb->usermeta} WHERE meta_key IN (%s, %s)",
            MetaKeys::scopedId($instagramId),
            MetaKeys::userId($instagramId)
        )));
    }

    /**
     * The users that are linked with a lead, also when it is no more and nobody can say its ids.
     *
     * @return list<int>
     */
    public function usersOfLead(string $leadId): array
    {
        global $wpdb;
        $found = array_map('intval', $wpdb->get_col($wpdb->prepare(
            "SELECT user_id FROM {$wpdb->usermeta} WHERE meta_key = %s AND meta_value LIKE %s",
            MetaKeys::link(),
            '%' . $wpdb->esc_like($leadId) . '%'
        )));

        return array_values(array_filter($found, fn (int $user) => $this->leadOf($user) === $leadId));
    }

    /** Takes away what is kept of a user's Instagram account. The account of the shop stays. */
    public function forget(int $user): void
    {
        $this->accounts->unlink($user);
        delete_user_meta($user, MetaKeys::consent());
    }

    /** The same, and whatever else this site keeps of a user. Other sites of a network have daemons and leads of their own. */
    public function forgetAll(int $user): void
    {
        $this->forget($user);
        $ofThisSite = MetaKeys::prefixOfThisSite();
        foreach (array_map('strval', array_keys((array) get_user_meta($user))) as $name) {
            if (strncmp($name, $ofThisSite, strlen($ofThisSite)) === 0) {
                delete_user_meta($user, $name);
            }
        }
        delete_user_meta($user, MetaKeys::emailProof());
        delete_user_meta($user, MetaKeys::emailRequest());
    }
}
