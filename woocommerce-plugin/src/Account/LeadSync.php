<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Gateway\ContactDetails;
use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;

/**
 * Tells the daemon what the shop learned of a customer: address, whether it is
 * proven, name, consent. The account never waits for it: what fails is tried
 * again by WP-Cron.
 */
class LeadSync implements Module
{
    public const HOOK = 'leadtap_sync_lead';

    /** With the pauses doubling from a minute, some 17 hours. */
    private const MOST_ATTEMPTS = 10;

    private const NAME_BYTES = 256;

    private Gateway $gateway;

    private LinkedAccounts $accounts;

    private EmailProof $proof;

    private Consents $consents;

    private Clock $clock;

    private Log $log;

    public function __construct(
        Gateway $gateway,
        LinkedAccounts $accounts,
        EmailProof $proof,
        Consents $consents,
        Clock $clock,
        Log $log
    ) {
        $this->gateway = $gateway;
        $this->accounts = $accounts;
        $this->proof = $proof;
        $this->consents = $consents;
        $this->clock = $clock;
        $this->log = $log;
    }

    public function register(): void
    {
        add_action(self::HOOK, [$this, 'attempt'], 10, 2);
        add_action('profile_update', [$this, 'noticeNewEmail'], 10, 2);
        add_action('leadtap_email_verified', function (\WP_User $user): void {
            $this->now($user->ID);
        });
    }

    public function now(int $userId): void
    {
        $this->attempt($userId, 1);
    }

    public function attempt(int $userId, int $attempt): void
    {
        $user = get_userdata($userId);
        $link = $user instanceof \WP_User ? $this->accounts->of($userId) : null;
        if ($link === null) {
            return;
        }
        try {
            $this->write($user, $link);
        } catch (GatewayFailure $failure) {
            $this->afterFailure($failure, $userId, $link, $attempt);
        }
    }

    /** @param \WP_User|object $before */
    public function noticeNewEmail(int $userId, $before): void
    {
        $user = get_userdata($userId);
        if ($user instanceof \WP_User && $user->user_email !== $before->user_email && $this->accounts->of($userId) !== null) {
            $this->schedule($userId, 1, 0);
        }
    }

    private function write(\WP_User $user, Link $link): void
    {
        $consent = $this->consents->unsent($user->ID);
        $details = new ContactDetails(
            // The contract takes ASCII alone.
            preg_match('/^[\x21-\x7e]+$/D', $user->user_email) === 1 ? $user->user_email : '',
            $this->proof->verifiedTime($user),
            self::start(trim((string) $user->display_name)),
            $consent
        );
        try {
            $etag = $this->gateway->updateContact($link->leadId, $link->etag, $details);
        } catch (GatewayFailure $failure) {
            if ($failure->kind() !== GatewayFailure::CHANGED) {
                throw $failure;
            }
            // A login changes the lead too. What is written here is the shop's own, so it goes on the newest version.
            $etag = $this->gateway->updateContact($link->leadId, $this->gateway->person($link->leadId)->etag, $details);
        }
        $this->accounts->keepEtag($user->ID, $etag);
        if ($consent !== null) {
            $this->consents->markSent($user->ID);
        }
    }

    /**
     * As many whole characters as the contract takes bytes. Not by `mb_strcut`: a PHP without mbstring lacks it, and
     * WordPress brings no stand-in.
     */
    private static function start(string $name): string
    {
        $start = substr($name, 0, self::NAME_BYTES);
        // What the cut left of a character.
        $whole = preg_match('//u', $start) === 1 ? $start : (string) preg_replace('/[\xC0-\xFF][\x80-\xBF]*$/D', '', $start);

        return preg_match('//u', $whole) === 1 ? $whole : '';
    }

    private function afterFailure(GatewayFailure $failure, int $userId, Link $link, int $attempt): void
    {
        $facts = ['user.id' => $userId, 'lead.id' => $link->leadId, 'attempt' => $attempt] + $failure->facts();
        if ($failure->kind() === GatewayFailure::NOT_FOUND) {
            $this->log->info('A lead is no more, so nothing is written to it.', $facts);
        } elseif ($attempt >= self::MOST_ATTEMPTS) {
            $this->log->error('What the shop knows of a customer did not reach the daemon: ' . $failure->getMessage(), $facts);
        } else {
            $this->log->warning('What the shop knows of a customer reaches the daemon later: ' . $failure->getMessage(), $facts);
            $this->schedule($userId, $attempt + 1, 60 * 2 ** ($attempt - 1));
        }
    }

    private function schedule(int $userId, int $attempt, int $seconds): void
    {
        wp_schedule_single_event($this->clock->now() + $seconds, self::HOOK, [$userId, $attempt]);
    }
}
