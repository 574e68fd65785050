<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\Urls;

/** The link by which a customer proves to own an address. It is good once, and only for the address it went to. */
class EmailConfirmation
{
    private const SECONDS = 172800;

    /** An address gets no more of these in an hour, whoever asks for them. */
    private const MAILS_AN_HOUR = 3;

    private Mailer $mailer;

    private EmailProof $proof;

    private RateLimit $limit;

    private Urls $urls;

    private Clock $clock;

    public function __construct(Mailer $mailer, EmailProof $proof, RateLimit $limit, Urls $urls, Clock $clock)
    {
        $this->mailer = $mailer;
        $this->proof = $proof;
        $this->limit = $limit;
        $this->urls = $urls;
        $this->clock = $clock;
    }

    /** Whether it was sent: not where the address is proven, or got too many already. */
    public function send(\WP_User $user): bool
    {
        $address = strtolower($user->user_email);
        if ($this->proof->verifiedTime($user) !== null || !$this->limit->allows("confirm|{$address}", self::MAILS_AN_HOUR, 3600)) {
            return false;
        }
        $key = bin2hex(random_bytes(32));
        update_user_meta($user->ID, MetaKeys::emailRequest(), [
            'hash' => hash('sha256', $key),
            'email' => $user->user_email,
            'until' => $this->clock->now() + self::SECONDS,
        ]);

        return $this->mailer->confirmAddress(
            $user->user_email,
            $this->urls->account([Urls::PARAMETER => ConfirmRoute::NAME, 'user' => (string) $user->ID, 'key' => $key])
        );
    }

    /** Whose address the link would confirm; null: it is used, too old, or none of ours. */
    public function userOf(
        int $userId,
        #[\SensitiveParameter]
        string $key
    ): ?\WP_User {
        $user = get_userdata($userId);
        $kept = $user instanceof \WP_User ? get_user_meta($userId, MetaKeys::emailRequest(), true) : null;
        $isGood = is_array($kept) && isset($kept['hash'], $kept['email'], $kept['until'])
            && hash_equals((string) $kept['hash'], hash('sha256', $key))
            && $kept['email'] === $user->user_email
            && (int) $kept['until'] >= $this->clock->now();

        return $isGood ? $user : null;
    }

    public function confirm(\WP_User $user): void
    {
        $this->proof->prove($user, $this->clock->now());
    }
}
