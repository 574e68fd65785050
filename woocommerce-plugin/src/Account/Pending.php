<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Gateway\InstagramIds;
use Leadtap\WooCommerce\Gateway\Person;
use Leadtap\WooCommerce\Login\Flow;

/** Somebody whom Instagram let in and who has no account here yet. */
final class Pending
{
    public Person $person;

    public string $place;

    public string $returnTo;

    /** The account whose e-mail address was entered, and which is to be proven; 0: none. */
    public int $claimedUserId = 0;

    /** SHA-256 of the key in the mailed link, with the account that it was mailed to; empty: none is valid. */
    public string $mailedKeyHash = '';

    /** The address that was entered; it proves nothing. */
    public string $enteredEmail = '';

    /** The name that was entered, so that a reload does not lose it. */
    public string $enteredName = '';

    /** Which consent text was agreed to; empty: none. */
    public string $consentVersion = '';

    /** When; seconds since 1970. */
    public int $consentTime = 0;

    /** How often a form was sent. */
    public int $attempts = 0;

    private function __construct(Person $person, string $place, string $returnTo)
    {
        $this->person = $person;
        $this->place = $place;
        $this->returnTo = $returnTo;
    }

    public static function of(Person $person, Flow $flow): self
    {
        return new self($person, $flow->place, $flow->returnTo);
    }

    /** A link that was mailed to another account is worth nothing from here on. */
    public function claim(int $userId): void
    {
        if ($this->claimedUserId !== $userId) {
            $this->mailedKeyHash = '';
        }
        $this->claimedUserId = $userId;
    }

    /** @return array<string, mixed> for a transient: it holds no secret and no token */
    public function toArray(): array
    {
        return [
            'lead' => $this->person->leadId,
            'id' => $this->person->ids->scopedId(),
            'user_id' => $this->person->ids->userId(),
            'username' => $this->person->username,
            'name' => $this->person->name,
            'etag' => $this->person->etag,
            'place' => $this->place,
            'return_to' => $this->returnTo,
            'claimed' => $this->claimedUserId,
            'mailed' => $this->mailedKeyHash,
            'entered_email' => $this->enteredEmail,
            'entered_name' => $this->enteredName,
            'consent' => $this->consentVersion,
            'consent_time' => $this->consentTime,
            'attempts' => $this->attempts,
        ];
    }

    /** @param mixed $kept */
    public static function fromArray($kept): ?self
    {
        if (!is_array($kept) || array_diff(['lead', 'id', 'user_id', 'etag', 'place', 'return_to'], array_keys($kept)) !== []) {
            return null;
        }
        try {
            $ids = new InstagramIds((string) $kept['id'], (string) $kept['user_id']);
        } catch (\InvalidArgumentException $damaged) {
            return null;
        }
        $person = new Person(
            (string) $kept['lead'],
            $ids,
            (string) ($kept['username'] ?? ''),
            (string) ($kept['name'] ?? ''),
            (string) $kept['etag']
        );
        $pending = new self($person, (string) $kept['place'], (string) $kept['return_to']);
        $pending->claimedUserId = (int) ($kept['claimed'] ?? 0);
        $pending->mailedKeyHash = (string) ($kept['mailed'] ?? '');
        $pending->enteredEmail = (string) ($kept['entered_email'] ?? '');
        $pending->enteredName = (string) ($kept['entered_name'] ?? '');
        $pending->consentVersion = (string) ($kept['consent'] ?? '');
        $pending->consentTime = (int) ($kept['consent_time'] ?? 0);
        $pending->attempts = (int) ($kept['attempts'] ?? 0);

        return $pending;
    }
}
