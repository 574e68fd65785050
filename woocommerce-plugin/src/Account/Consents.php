<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Gateway\Consent;

/** What a customer agreed to, until the daemon has it: it is sent once, so that a withdrawal there stays one. */
class Consents
{
    public function keep(int $userId, Consent $consent): void
    {
        update_user_meta($userId, MetaKeys::consent(), [
            'version' => $consent->textVersion,
            'time' => $consent->agreeTime,
            'source' => $consent->source,
            'sent' => false,
        ]);
    }

    /** What was agreed to on the finish page, if anything was. */
    public function keepOf(Pending $pending, \WP_User $user): void
    {
        if ($pending->consentVersion !== '') {
            $this->keep($user->ID, new Consent($pending->consentVersion, $pending->consentTime, 'finish'));
        }
    }

    public function unsent(int $userId): ?Consent
    {
        $kept = get_user_meta($userId, MetaKeys::consent(), true);
        if (!is_array($kept) || !isset($kept['version'], $kept['time'], $kept['source']) || !empty($kept['sent'])) {
            return null;
        }

        return new Consent((string) $kept['version'], (int) $kept['time'], (string) $kept['source']);
    }

    public function markSent(int $userId): void
    {
        $kept = get_user_meta($userId, MetaKeys::consent(), true);
        if (is_array($kept)) {
            update_user_meta($userId, MetaKeys::consent(), ['sent' => true] + $kept);
        }
    }
}
