<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Login\Flow;
use Leadtap\WooCommerce\Login\RolePolicy;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\Urls;

/** Proof that an existing account is the shopper's: its password, or a link mailed to it that works in this browser alone. */
class Ownership
{
    /** An account gets no more of these e-mails in an hour. */
    private const MAILS_AN_HOUR = 3;

    /** Beside what WordPress's own filters, and the plugins on them, allow. */
    private const PASSWORDS_AN_HOUR = 10;

    private Mailer $mailer;

    private RolePolicy $policy;

    private RateLimit $limit;

    private Urls $urls;

    public function __construct(Mailer $mailer, RolePolicy $policy, RateLimit $limit, Urls $urls)
    {
        $this->mailer = $mailer;
        $this->policy = $policy;
        $this->limit = $limit;
        $this->urls = $urls;
    }

    /** @return \WP_User|string the account's owner, or what is wrong */
    public function byPassword(
        Pending $pending,
        #[\SensitiveParameter]
        string $password
    ) {
        $user = $this->claimed($pending);
        if ($user === null) {
            return __('Please enter your email address first.', 'leadtap');
        }
        if (!$this->limit->allows("password|{$user->ID}", self::PASSWORDS_AN_HOUR, 3600)) {
            return __('Too many attempts. Please try again in an hour, or let us send you a link.', 'leadtap');
        }
        // Through all of WordPress's filters: plugins that limit attempts or lock accounts have their say.
        $checked = wp_authenticate($user->user_login, $password);
        if ($checked instanceof \WP_User && $checked->ID === $user->ID) {
            return $checked;
        }
        if (is_wp_error($checked) && !in_array($checked->get_error_code(), ['incorrect_password', 'empty_password'], true)) {
            return wp_strip_all_tags($checked->get_error_message());
        }

        return __('This is not the password of that account.', 'leadtap');
    }

    /**
     * Sends the link. The answer is the same whoever the account belongs to.
     *
     * @return list<string> what is wrong
     */
    public function mailKey(Flow $flow, Pending $pending): array
    {
        $user = $this->claimed($pending);
        if ($user === null) {
            return [__('Please enter your email address first.', 'leadtap')];
        }
        if (!$this->limit->allows("prove|{$user->ID}", self::MAILS_AN_HOUR, 3600)) {
            return [__('We sent several emails to this address already. Please look for them, or try again in an hour.', 'leadtap')];
        }
        $key = bin2hex(random_bytes(32));
        $pending->mailedKeyHash = self::hash($key, $user);
        if ($this->policy->allowsAsMember($user)) {
            $link = $this->urls->account([Urls::PARAMETER => ProveRoute::NAME, 'flow' => $flow->id, 'key' => $key]);
            $this->mailer->proveAccount($user->user_email, $link);
        }

        return [];
    }

    /** Whose account the link proves; null: it is not the newest one, or none of ours. */
    public function byKey(
        Pending $pending,
        #[\SensitiveParameter]
        string $key
    ): ?\WP_User {
        $user = $this->claimed($pending);
        $isGood = $user !== null && $pending->mailedKeyHash !== '' && hash_equals($pending->mailedKeyHash, self::hash($key, $user));

        return $isGood ? $user : null;
    }

    public function claimed(Pending $pending): ?\WP_User
    {
        $user = $pending->claimedUserId > 0 ? get_userdata($pending->claimedUserId) : false;

        return $user instanceof \WP_User ? $user : null;
    }

    /** With whom the link was mailed to, and where: what is claimed afterwards is not proven by it. */
    private static function hash(
        #[\SensitiveParameter]
        string $key,
        \WP_User $user
    ): string {
        return hash('sha256', "{$key}|{$user->ID}|" . strtolower($user->user_email));
    }
}
