<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\SiteInfo;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Urls;

/** Whether the daemon's configuration and this shop agree. */
final class ConfigurationCheck
{
    /** Rights over tokens and over the daemon: a shop that was broken into should not have them. */
    private const TOO_MUCH = ['tokens', 'admin'];

    private Urls $urls;

    private ConfigurationLines $lines;

    public function __construct(Urls $urls, ConfigurationLines $lines)
    {
        $this->urls = $urls;
        $this->lines = $lines;
    }

    /** @return list<Finding> */
    public function findings(SiteInfo $site): array
    {
        return array_values(array_filter([
            $this->version($site->daemonVersion),
            $this->lacks($site),
            $this->mayTooMuch($site),
            $this->callback($site),
            $this->statusPage($site),
        ]));
    }

    public function tooOld(string $daemon): Finding
    {
        return Finding::bad(
            $daemon === ''
                /* translators: %s: a version number */
                ? sprintf(__('The daemon is older than this plugin, which is %s: it does not know what it is asked.', 'leadtap'), Plugin::VERSION)
                /* translators: 1, 2: version numbers */
                : sprintf(__('The daemon, %1$s, is older than this plugin, %2$s.', 'leadtap'), $daemon, Plugin::VERSION),
            __('Update the daemon first, then the plugin.', 'leadtap'),
            'apt-get install --only-upgrade leadtap'
        );
    }

    /** A newer daemon serves older plugins until its first number changes. */
    private function version(string $daemon): ?Finding
    {
        [$theirs, $ours] = [self::numbers($daemon), self::numbers(Plugin::VERSION)];
        if (array_slice($theirs, 0, 2) < array_slice($ours, 0, 2)) {
            return $this->tooOld($daemon);
        }
        if ($theirs[0] > $ours[0]) {
            return Finding::warning(
                /* translators: 1, 2: version numbers */
                sprintf(__('The daemon, %1$s, is a whole generation newer than this plugin, %2$s.', 'leadtap'), $daemon, Plugin::VERSION),
                __('Update the plugin.', 'leadtap')
            );
        }

        return null;
    }

    private function lacks(SiteInfo $site): ?Finding
    {
        $missing = array_diff(ConfigurationLines::PERMISSIONS, $site->permissions);
        if ($missing === []) {
            return null;
        }

        return Finding::bad(
            sprintf(
                /* translators: %s: names of permissions */
                __('This shop lacks permissions at the daemon: %s. Without “leads” there is no Leads page, no e-mail address on a lead and no erasure; without “platform” Meta’s requests fail.', 'leadtap'),
                implode(', ', $missing)
            ),
            __('Write these permissions into its [[caller]] in the daemon’s configuration, and make it read them: systemctl reload leadtap.', 'leadtap'),
            ConfigurationLines::permissions()
        );
    }

    private function mayTooMuch(SiteInfo $site): ?Finding
    {
        $more = array_intersect(self::TOO_MUCH, $site->permissions);
        if ($more === []) {
            return null;
        }

        return Finding::warning(
            /* translators: %s: names of permissions */
            sprintf(__('This shop may more than it needs: %s. Whoever breaks into WordPress gets that, too.', 'leadtap'), implode(', ', $more)),
            __('Leave these alone in its [[caller]]:', 'leadtap'),
            ConfigurationLines::permissions()
        );
    }

    private function callback(SiteInfo $site): Finding
    {
        $callback = $this->urls->callback();
        $difference = UrlCheck::difference($callback, $site->redirectUris);
        if ($difference === null) {
            return Finding::good(__('The daemon knows this shop’s callback address.', 'leadtap'));
        }

        return Finding::bad(
            sprintf(
                /* translators: 1: an address, 2: addresses, 3: a sentence on how they differ */
                __('The callback address %1$s is not among those of the daemon’s configuration: %2$s. %3$s', 'leadtap'),
                $callback,
                implode(', ', $site->redirectUris),
                $difference
            ),
            __('Write this into the [[site]] of the daemon’s configuration and the same into Meta’s dashboard, and make the daemon read it: systemctl reload leadtap.', 'leadtap'),
            $this->lines->site()
        );
    }

    private function statusPage(SiteInfo $site): ?Finding
    {
        if ($site->deletionStatusUrl === '' || $site->deletionStatusUrl === $this->lines->deletionStatusUrl()) {
            return null;
        }

        return Finding::warning(
            /* translators: %s: an address */
            sprintf(__('The daemon sends people who asked for a deletion to another page than the plugin’s: %s.', 'leadtap'), $site->deletionStatusUrl),
            __('Where that page is not your own, write this into the [[site]] of the daemon’s configuration:', 'leadtap'),
            $this->lines->site()
        );
    }

    /** @return array{int, int, int} */
    private static function numbers(string $version): array
    {
        $numbers = array_map('intval', explode('.', $version) + [0, 0, 0]);

        return [$numbers[0], $numbers[1], $numbers[2]];
    }
}
