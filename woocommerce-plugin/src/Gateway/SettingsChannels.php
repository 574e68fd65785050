<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Channel;
use Leadtap\WooCommerce\Client\Leadtap;
use Leadtap\WooCommerce\Settings\Settings;

/** The channel that the settings describe. */
final class SettingsChannels implements Channels
{
    private Settings $settings;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
    }

    public function open(): Channel
    {
        $options = [];
        if ($this->settings->caFile() !== '') {
            $options['ca_file'] = $this->settings->caFile();
        }
        $token = $this->token();
        if ($token !== null) {
            $options['token'] = $token;
        }
        try {
            return Leadtap::channel($this->settings->address(), $options);
        } catch (\InvalidArgumentException $wrong) {
            throw new GatewayFailure(GatewayFailure::OPERATOR, 'The address of the daemon cannot be used: ' . $wrong->getMessage());
        } catch (\RuntimeException $missing) {
            // PHP lacks what the address takes: curl, with https.
            throw new GatewayFailure(GatewayFailure::OPERATOR, 'The daemon cannot be called: ' . $missing->getMessage());
        }
    }

    /** Never from the database. */
    private function token(): ?string
    {
        if (defined('LEADTAP_TOKEN')) {
            return (string) LEADTAP_TOKEN;
        }
        $file = $this->settings->tokenFile();
        if ($file === '') {
            return null;
        }
        // What PHP would warn of stands in the sentence below.
        $text = @file_get_contents($file, false, null, 0, 4096);
        if ($text === false || trim($text) === '') {
            throw new GatewayFailure(
                GatewayFailure::OPERATOR,
                "The token file {$file} cannot be read or is empty: let the user that PHP runs as read it."
            );
        }

        return trim($text);
    }
}
