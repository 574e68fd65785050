<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Settings;

/**
 * Typed reads of the option `leadtap_settings`. What is missing or of a wrong
 * type counts as the default, so that a damaged option never stops a page.
 *
 * There is no secret in it: a bearer token for a daemon behind TCP comes from a
 * file, or from `LEADTAP_TOKEN` or `LEADTAP_TOKEN_FILE` in wp-config.php.
 */
final class Settings
{
    public const OPTION = 'leadtap_settings';

    /** @var array<string, mixed> every key, with what holds unless the admin chose something */
    public const DEFAULTS = [
        // Off until an admin has seen the daemon connected: a button that leads nowhere costs customers.
        'enabled' => false,
        'address' => 'unix:///run/leadtap/leadtap.sock',
        'token_file' => '',
        'ca_file' => '',
        // Empty: the address of the plugin's own callback route.
        'redirect_uri' => '',
        'placements' => Placements::DEFAULT,
        // Empty: the translated "Continue with Instagram".
        'button_text' => '',
        // Empty: no consent is asked for.
        'consent_text' => '',
        'consent_version' => '',
        'consent_required' => false,
        // Whoever has another role too, or rights of their own, is staff and refused.
        'roles' => ['customer', 'subscriber'],
        // Where shoppers go after a login. Empty: back where they came from.
        'redirect' => '',
    ];

    public function isEnabled(): bool
    {
        return $this->flag('enabled');
    }

    /** `unix:///path`, `tcp://127.0.0.1:port` or `https://host:port`. */
    public function address(): string
    {
        return $this->text('address');
    }

    /** The file that holds the bearer token; empty: none is needed over the socket. */
    public function tokenFile(): string
    {
        return defined('LEADTAP_TOKEN_FILE') ? (string) LEADTAP_TOKEN_FILE : $this->text('token_file');
    }

    /** Authorities to trust for https, in PEM; empty: the system's. */
    public function caFile(): string
    {
        return $this->text('ca_file');
    }

    /** As in Meta's dashboard; empty: {@see \Leadtap\WooCommerce\Routing\Urls::callback()} knows. */
    public function redirectUri(): string
    {
        return $this->text('redirect_uri');
    }

    /** @return list<string> of {@see Placements::ALL} */
    public function placements(): array
    {
        return array_values(array_intersect(Placements::ALL, $this->texts('placements')));
    }

    public function shows(string $placement): bool
    {
        return in_array($placement, $this->placements(), true);
    }

    /** Empty: the translated default. */
    public function buttonText(): string
    {
        return $this->text('button_text');
    }

    public function consentText(): string
    {
        return $this->text('consent_text');
    }

    /** At most 64 bytes, which is the contract's limit. */
    public function consentVersion(): string
    {
        return substr($this->text('consent_version'), 0, 64);
    }

    /** A consent without a version proves nothing, so none is asked for then. */
    public function asksForConsent(): bool
    {
        return $this->consentText() !== '' && $this->consentVersion() !== '';
    }

    public function isConsentRequired(): bool
    {
        return $this->asksForConsent() && $this->flag('consent_required');
    }

    /** @return list<string> the roles that may log in with Instagram */
    public function roles(): array
    {
        return $this->texts('roles');
    }

    /** A path or URL of this site; empty: back where the shopper came from. */
    public function redirect(): string
    {
        return $this->text('redirect');
    }

    private function flag(string $key): bool
    {
        $value = $this->value($key);

        return $value === true || $value === 1 || $value === '1' || $value === 'yes';
    }

    private function text(string $key): string
    {
        $value = $this->value($key);

        return is_string($value) ? trim($value) : self::DEFAULTS[$key];
    }

    /** @return list<string> */
    private function texts(string $key): array
    {
        $value = $this->value($key);

        return array_values(array_filter(is_array($value) ? $value : self::DEFAULTS[$key], 'is_string'));
    }

    /** @return mixed */
    private function value(string $key)
    {
        $all = get_option(self::OPTION, []);

        return is_array($all) && array_key_exists($key, $all) ? $all[$key] : self::DEFAULTS[$key];
    }
}
