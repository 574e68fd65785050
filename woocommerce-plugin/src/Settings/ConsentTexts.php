<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Settings;

use Leadtap\WooCommerce\Clock;

/**
 * Every consent text that shoppers ever saw, by its version: a consent proves
 * something only for as long as its text can be shown. A changed text gets a
 * new version by itself; one that comes back gets its old one.
 */
final class ConsentTexts
{
    public const OPTION = 'leadtap_consent_texts';

    private Clock $clock;

    public function __construct(Clock $clock)
    {
        $this->clock = $clock;
    }

    /** The version of a text, kept with it from now on; empty for no text. */
    public function versionOf(string $text): string
    {
        if ($text === '') {
            return '';
        }
        $all = $this->all();
        foreach ($all as $version => $known) {
            if ($known['text'] === $text) {
                return (string) $version;
            }
        }
        $version = $this->unused($all);
        $all[$version] = ['text' => $text, 'since' => $this->clock->now()];
        // Only the settings page reads it, so no other request has to load it.
        update_option(self::OPTION, $all, false);

        return $version;
    }

    /** @return array<string, array{text: string, since: int}> by version, the oldest first */
    public function all(): array
    {
        $all = get_option(self::OPTION, []);
        $whole = static fn ($one) => is_array($one) && is_string($one['text'] ?? null) && is_int($one['since'] ?? null);

        return is_array($all) ? array_filter($all, $whole) : [];
    }

    /** @param array<string, mixed> $taken */
    private function unused(array $taken): string
    {
        $day = (string) wp_date('Y-m-d', $this->clock->now());
        $version = $day;
        for ($number = 2; isset($taken[$version]); $number++) {
            $version = "{$day}.{$number}";
        }

        return $version;
    }
}
