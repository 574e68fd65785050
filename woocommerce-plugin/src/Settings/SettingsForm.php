<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Settings;

use Leadtap\WooCommerce\Gateway\AddressCheck;
use Leadtap\WooCommerce\Routing\CallbackAddress;

/**
 * Turns what an admin sent into settings. A field that cannot be what it says
 * keeps its old value, and a sentence says why.
 */
final class SettingsForm
{
    /** Longer texts break the button. */
    private const BUTTON_CHARACTERS = 60;

    private const CONSENT_CHARACTERS = 2000;

    private const PATH_BYTES = 1024;

    /** The contract's limit. */
    private const URL_BYTES = 2048;

    /** In a consent text: a link to the privacy policy, and stress. */
    private const CONSENT_TAGS = [
        'a' => ['href' => true, 'target' => true, 'rel' => true],
        'strong' => [],
        'em' => [],
    ];

    private ConsentTexts $consents;

    /** @var array<string, mixed> */
    private array $input = [];

    /** @var array<string, mixed> */
    private array $settings = [];

    /** @var list<string> */
    private array $problems = [];

    public function __construct(ConsentTexts $consents)
    {
        $this->consents = $consents;
    }

    /**
     * @param array<string, mixed> $input  as it was posted, without slashes
     * @param array<string, mixed> $before the settings until now
     * @param bool                 $mayConnect whether it is somebody who may decide which daemon says who a shopper is,
     *                                         where Instagram sends shoppers, and who may log in: with a daemon of
     *                                         one's own one is anybody
     *
     * @return array<string, mixed> the settings from now on
     */
    public function read(array $input, array $before, bool $mayConnect): array
    {
        $this->input = $input;
        $this->settings = array_intersect_key($before, Settings::DEFAULTS) + Settings::DEFAULTS;
        $this->problems = [];
        $this->settings['enabled'] = $this->isTicked('enabled');
        $this->settings['consent_required'] = $this->isTicked('consent_required');
        $this->readTexts();
        $this->settings['placements'] = array_values(array_intersect(Placements::ALL, $this->texts('placements')));
        $this->readRedirect();
        if ($mayConnect) {
            $this->readAddress();
            $this->readRedirectUri();
            $this->readFile('token_file');
            $this->readFile('ca_file');
            $this->settings['roles'] = array_values(array_intersect(array_keys(wp_roles()->get_names()), $this->texts('roles')));
        }

        return $this->settings;
    }

    /** @return list<string> what could not be taken over, in words for the admin */
    public function problems(): array
    {
        return $this->problems;
    }

    private function readAddress(): void
    {
        $address = $this->text('address');
        if (AddressCheck::isAddress($address)) {
            $this->settings['address'] = $address;

            return;
        }
        $this->problems[] = __('The daemon’s address was not saved: it must be unix:///path/to/socket, tcp://127.0.0.1:port or https://host:port.', 'leadtap');
    }

    /** A path, never what is in the file: a token pasted here must not reach the database. */
    private function readFile(string $key): void
    {
        $path = $this->text($key);
        if ($path === '') {
            $this->settings[$key] = '';

            return;
        }
        if ($path[0] !== '/' || strlen($path) > self::PATH_BYTES || preg_match('/[\x00-\x1f]/', $path) === 1) {
            $this->problems[] = __('A file was not saved: it must be the whole path of a file, beginning with /. Put the token into the file, never into this form.', 'leadtap');

            return;
        }
        if ($key === 'token_file' && $this->isServed($path)) {
            $this->problems[] = __('The token file was not saved: it is inside the website’s folder, from where visitors could download it. Put it elsewhere.', 'leadtap');

            return;
        }
        $this->settings[$key] = $path;
    }

    private function isServed(string $path): bool
    {
        return strncmp(wp_normalize_path($path), trailingslashit(wp_normalize_path(ABSPATH)), strlen(trailingslashit(ABSPATH))) === 0;
    }

    private function readRedirectUri(): void
    {
        $uri = $this->text('redirect_uri');
        $isOwn = $uri === '' || (strlen($uri) <= self::URL_BYTES
            && preg_match('#^https?://#', $uri) === 1
            && wp_parse_url($uri, PHP_URL_HOST) === wp_parse_url(home_url(), PHP_URL_HOST)
            && wp_parse_url($uri, PHP_URL_FRAGMENT) === null
            && CallbackAddress::isPossible($uri));
        if ($isOwn) {
            $this->settings['redirect_uri'] = esc_url_raw($uri);

            return;
        }
        $this->problems[] = __('The callback address was not saved: it must be an address of this website with a path of its own, such as /instagram/, and none of WordPress’s own files.', 'leadtap');
    }

    private function readTexts(): void
    {
        $button = sanitize_text_field($this->text('button_text'));
        $this->settings['button_text'] = mb_substr($button, 0, self::BUTTON_CHARACTERS);
        $consent = trim(wp_kses($this->text('consent_text'), self::CONSENT_TAGS, ['http', 'https', 'mailto']));
        $this->settings['consent_text'] = mb_substr($consent, 0, self::CONSENT_CHARACTERS);
        $this->settings['consent_version'] = $this->consents->versionOf($this->settings['consent_text']);
    }

    private function readRedirect(): void
    {
        $redirect = $this->text('redirect');
        if ($redirect === '' || wp_validate_redirect($redirect, '') !== '') {
            $this->settings['redirect'] = esc_url_raw($redirect);

            return;
        }
        $this->problems[] = __('The page after the login was not saved: it must be a path such as /shop/ or an address of this website.', 'leadtap');
    }

    private function isTicked(string $key): bool
    {
        return $this->text($key) === '1';
    }

    private function text(string $key): string
    {
        $value = $this->input[$key] ?? '';

        return is_string($value) ? trim($value) : '';
    }

    /** @return list<string> */
    private function texts(string $key): array
    {
        $value = $this->input[$key] ?? [];

        return array_values(array_filter(is_array($value) ? $value : [], 'is_string'));
    }
}
