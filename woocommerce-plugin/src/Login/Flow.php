<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

/** One login under way, as the shopper's browser keeps it in a cookie. */
final class Flow
{
    /** The shopper wants to be logged in. */
    public const LOGIN = 'login';

    /** A logged-in shopper wants to link Instagram to their account. */
    public const LINK = 'link';

    private const SECRET_BYTES = 32;

    /** 16 hexadecimal digits; no secret. */
    public string $id;

    /** {@see LOGIN} or {@see LINK}. */
    public string $intent;

    /** Whose account is to be linked; 0 for a login. */
    public int $userId;

    /** Where the button was. */
    public string $place;

    /** A path of this site. */
    public string $returnTo;

    /** Seconds since 1970; the daemon takes the login back until then. */
    public int $expireTime;

    /** What came back, where it has to be sent again; else empty. */
    public string $callbackQuery = '';

    private string $secret;

    public function __construct(
        string $id,
        #[\SensitiveParameter]
        string $secret,
        string $intent,
        int $userId,
        string $place,
        string $returnTo,
        int $expireTime
    ) {
        $this->id = $id;
        $this->secret = $secret;
        $this->intent = $intent;
        $this->userId = $userId;
        $this->place = $place;
        $this->returnTo = $returnTo;
        $this->expireTime = $expireTime;
    }

    public static function newSecret(): string
    {
        return random_bytes(self::SECRET_BYTES);
    }

    /** The daemon's `state` is a secret, and this is none: two tabs have two cookies by it. */
    public static function idOfState(
        #[\SensitiveParameter]
        string $state
    ): string {
        return substr(hash('sha256', $state), 0, 16);
    }

    /** What ties the login to this browser: 32 raw bytes. */
    public function secret(): string
    {
        return $this->secret;
    }

    /**
     * Proves that a form was made for this browser. WordPress's nonces do not:
     * they are the same for all who are not logged in.
     */
    public function formToken(string $form): string
    {
        return hash_hmac('sha256', "form|{$form}", $this->secret);
    }

    public function isFormToken(string $form, string $token): bool
    {
        return hash_equals($this->formToken($form), $token);
    }

    /** Under what the server keeps this login's pending account: of no use to whoever reads the database. */
    public function storageKey(): string
    {
        return substr(hash('sha256', "pending|{$this->secret}"), 0, 40);
    }

    /** @return array<string, mixed> what `var_dump` shows */
    public function __debugInfo(): array
    {
        return ['id' => $this->id, 'intent' => $this->intent, 'secret' => '(secret)'];
    }
}
