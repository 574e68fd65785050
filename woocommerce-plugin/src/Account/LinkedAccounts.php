<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Gateway\InstagramIds;
use Leadtap\WooCommerce\Gateway\Person;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\LockBusy;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Login\Outcomes;

/** Which user belongs to which Instagram account: one to one, and by the ids alone. */
class LinkedAccounts
{
    private Lock $lock;

    private Clock $clock;

    private Log $log;

    public function __construct(Lock $lock, Clock $clock, Log $log)
    {
        $this->lock = $lock;
        $this->clock = $clock;
        $this->log = $log;
    }

    public function of(int $userId): ?Link
    {
        $kept = get_user_meta($userId, MetaKeys::link(), true);
        if (!is_array($kept) || !isset($kept['lead'], $kept['id'], $kept['user_id'])) {
            return null;
        }
        try {
            $ids = new InstagramIds((string) $kept['id'], (string) $kept['user_id']);
        } catch (\InvalidArgumentException $damaged) {
            return null;
        }

        return new Link(
            (string) $kept['lead'],
            $ids,
            (string) ($kept['username'] ?? ''),
            (int) ($kept['time'] ?? 0),
            (string) ($kept['etag'] ?? '')
        );
    }

    /** Null: nobody, or two different users have the two ids, which is nobody too. */
    public function userFor(InstagramIds $ids): ?\WP_User
    {
        $found = $this->usersFor($ids);
        if (count($found) > 1) {
            $this->log->error('Two users are linked to one Instagram account: unlink one.', ['user.ids' => implode(' ', $found)]);

            return null;
        }
        $user = $found === [] ? false : get_userdata($found[0]);
        // The two entries must agree, or one of them was put there by somebody else.
        $link = $user instanceof \WP_User ? $this->of($user->ID) : null;

        return $link !== null && self::agree($link->ids, $ids) ? $user : null;
    }

    /** Whether anybody has one of the ids, be it a user or a mistake. */
    public function isTaken(InstagramIds $ids): bool
    {
        return $this->usersFor($ids) !== [];
    }

    /** @return string|null null: linked; else which of {@see Outcomes} forbids it */
    public function link(\WP_User $user, Person $person): ?string
    {
        return $this->alone($person, fn (): ?string => $this->linkAlone($user, $person));
    }

    /** In the place of whatever was linked before, in all of a network: for an account that a stranger may have linked. */
    public function linkInstead(\WP_User $user, Person $person): ?string
    {
        $work = function () use ($user, $person): ?string {
            if ($this->isOfAnother($user, $person)) {
                return Outcomes::TAKEN;
            }
            $this->unlinkEverywhere($user->ID);

            return $this->linkAlone($user, $person);
        };

        return $this->alone($person, $work);
    }

    /** After a login: the handle can be another, and a second id can have come. */
    public function refresh(int $userId, Person $person): void
    {
        $link = $this->of($userId);
        if ($link !== null && self::agree($link->ids, $person->ids)) {
            $this->write($userId, $person, $link->linkedTime);
        }
    }

    public function keepEtag(int $userId, string $etag): void
    {
        $kept = get_user_meta($userId, MetaKeys::link(), true);
        if (is_array($kept)) {
            update_user_meta($userId, MetaKeys::link(), ['etag' => $etag] + $kept);
        }
    }

    public function unlink(int $userId): void
    {
        $link = $this->of($userId);
        if ($link === null) {
            return;
        }
        // First what a login looks for.
        foreach (self::names($link->ids) as $name) {
            delete_user_meta($userId, $name);
        }
        delete_user_meta($userId, MetaKeys::link());
        /**
         * After an Instagram account was unlinked from a user.
         *
         * @param int  $userId
         * @param Link $link
         */
        do_action('leadtap_unlinked', $userId, $link);
    }

    /** From every site of a network, where a user is one and the same. Says whether there was anything. */
    public function unlinkEverywhere(int $userId): bool
    {
        $names = array_filter(array_map('strval', array_keys((array) get_user_meta($userId))), [MetaKeys::class, 'isOfALink']);
        $this->unlink($userId);
        foreach ($names as $name) {
            delete_user_meta($userId, $name);
        }

        return $names !== [];
    }

    /** @param callable(): ?string $work */
    private function alone(Person $person, callable $work): ?string
    {
        try {
            return $this->lock->hold('link|' . $person->ids->scopedId(), $work);
        } catch (LockBusy $busy) {
            return Outcomes::BUSY;
        }
    }

    private function isOfAnother(\WP_User $user, Person $person): bool
    {
        return array_diff($this->usersFor($person->ids), [$user->ID]) !== [];
    }

    private function linkAlone(\WP_User $user, Person $person): ?string
    {
        if ($this->isOfAnother($user, $person)) {
            return Outcomes::TAKEN;
        }
        $link = $this->of($user->ID);
        if ($link !== null && !self::agree($link->ids, $person->ids)) {
            return Outcomes::HAS_OTHER;
        }
        $this->write($user->ID, $person, $link === null ? $this->clock->now() : $link->linkedTime);
        if ($link === null) {
            /**
             * After an Instagram account was linked to a user, who proved to own both.
             *
             * @param \WP_User $user
             * @param Person   $person
             */
            do_action('leadtap_linked', $user, $person);
        }

        return null;
    }

    private function write(int $userId, Person $person, int $linkedTime): void
    {
        $before = $this->of($userId);
        foreach ($before === null ? [] : array_diff(self::names($before->ids), self::names($person->ids)) as $gone) {
            delete_user_meta($userId, $gone);
        }
        update_user_meta($userId, MetaKeys::link(), [
            'lead' => $person->leadId,
            'id' => $person->ids->scopedId(),
            'user_id' => $person->ids->userId(),
            'username' => $person->username,
            'time' => $linkedTime,
            'etag' => $person->etag,
        ]);
        foreach (self::names($person->ids) as $name) {
            update_user_meta($userId, $name, '1');
        }
    }

    /** @return list<int> at most three: two are too many already */
    private function usersFor(InstagramIds $ids): array
    {
        global $wpdb;
        $names = self::names($ids);
        $places = implode(', ', array_fill(0, count($names), '%s'));
        $found = $wpdb->get_col($wpdb->prepare(
            "SELECT DISTINCT user_id FROM {$wpdb->usermeta} WHERE meta_key IN ({$places}) LIMIT 3",
            ...$names
        ));

        return array_map('intval', $found);
    }

    /** @return list<string> */
    private static function names(InstagramIds $ids): array
    {
        $names = [MetaKeys::scopedId($ids->scopedId())];
        if ($ids->userId() !== '') {
            $names[] = MetaKeys::userId($ids->userId());
        }

        return $names;
    }

    /** Whether they are one account: an id can be missing, but none that both have may differ. */
    private static function agree(InstagramIds $one, InstagramIds $other): bool
    {
        if ($one->userId() !== '' && $other->userId() !== '') {
            return $one->userId() === $other->userId();
        }

        return $one->scopedId() === $other->scopedId();
    }
}
