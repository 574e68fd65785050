<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\AddressCheck;
use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Settings\Settings;

/** Tries the way to the daemon step by step, and says at the first step that fails what is wrong and what to do. */
final class ConnectionTest
{
    /** Whoever is in one of them can take over the machine. */
    private const POWERFUL_GROUPS = ['0', 'root', 'wheel', 'sudo', 'adm', 'admin', 'disk', 'docker', 'lxd', 'shadow', 'staff', 'kmem'];

    private Settings $settings;

    private BackOffice $daemon;

    private Host $host;

    private ConfigurationLines $lines;

    private ConfigurationCheck $configuration;

    public function __construct(
        Settings $settings,
        BackOffice $daemon,
        Host $host,
        ConfigurationLines $lines,
        ConfigurationCheck $configuration
    ) {
        $this->settings = $settings;
        $this->daemon = $daemon;
        $this->host = $host;
        $this->lines = $lines;
        $this->configuration = $configuration;
    }

    /** @return list<Finding> never none */
    public function run(): array
    {
        $obstacle = $this->php() ?? $this->files() ?? $this->way();
        if ($obstacle !== null) {
            return [$obstacle];
        }
        $begun = hrtime(true);
        try {
            $site = $this->daemon->site();
        } catch (GatewayFailure $failure) {
            return [$this->refused($failure)];
        }
        $milliseconds = (hrtime(true) - $begun) / 1e6;
        $answers = sprintf(
            /* translators: 1: version number, 2: name of the shop in the daemon's configuration, 3: milliseconds */
            __('The daemon answers: version %1$s, site “%2$s”, in %3$s ms.', 'leadtap'),
            $site->daemonVersion,
            $site->siteId,
            number_format_i18n($milliseconds, 1)
        );

        return array_merge([Finding::good($answers)], $this->configuration->findings($site));
    }

    private function php(): ?Finding
    {
        if (AddressCheck::isTls($this->settings->address()) && !$this->host->has('curl_init')) {
            return Finding::bad(
                __('The daemon’s address begins with https://, and PHP connects to such a one only with its curl extension, which is not there.', 'leadtap'),
                __('Ask your host for the curl extension, or use the daemon’s Unix socket.', 'leadtap')
            );
        }
        if ($this->host->has('stream_socket_client') || $this->host->has('curl_init')) {
            return null;
        }

        return Finding::bad(
            __('PHP may not open connections: stream_socket_client is switched off, and the curl extension is not there.', 'leadtap'),
            __('Take stream_socket_client out of disable_functions in php.ini, or ask your host for the curl extension.', 'leadtap')
        );
    }

    private function files(): ?Finding
    {
        foreach ([$this->settings->tokenFile(), $this->settings->caFile()] as $file) {
            if ($file === '' || @is_readable($file)) {
                continue;
            }
            $basedir = $this->host->openBasedir();

            return Finding::bad(
                /* translators: %s: a path */
                sprintf(__('PHP cannot read the file %s.', 'leadtap'), $file),
                $basedir === ''
                    /* translators: %s: name of a system user */
                    ? sprintf(__('Let the user %s read it, and nobody else.', 'leadtap'), $this->user())
                    /* translators: %s: value of a setting of PHP */
                    : sprintf(__('open_basedir allows %s alone: put the file there, but not where the web server serves files from, or add its folder to open_basedir.', 'leadtap'), $basedir)
            );
        }

        return null;
    }

    /** Knocks without saying anything. */
    private function way(): ?Finding
    {
        $target = AddressCheck::target($this->settings->address());
        if ($target === '' || !$this->host->has('stream_socket_client')) {
            return null;
        }
        $socket = AddressCheck::socket($this->settings->address());
        switch ($this->host->connect($target)) {
            case Host::CONNECTED:
                return null;
            case Host::NO_PERMISSION:
                return $this->forbidden($socket);
            case Host::NO_SUCH_FILE:
                return $this->missing($socket);
            case Host::REFUSED:
                return Finding::bad(
                    /* translators: %s: an address */
                    sprintf(__('Nobody listens at %s: the daemon does not run.', 'leadtap'), $this->settings->address()),
                    __('Start it, and read what it says if it does not start:', 'leadtap'),
                    "systemctl start leadtap\njournalctl -u leadtap -n 20"
                );
            default:
                // What the client says of it is as good.
                return null;
        }
    }

    private function forbidden(string $socket): Finding
    {
        $group = $this->host->group($socket) ?: 'leadtap';
        $what = sprintf(
            /* translators: 1: name of a system user, 2: a path */
            __('PHP runs as the user %1$s, who may not write to the socket %2$s.', 'leadtap'),
            $this->user(),
            $socket
        );
        if (in_array($group, self::POWERFUL_GROUPS, true)) {
            return Finding::bad(
                $what,
                /* translators: %s: name of a system group */
                sprintf(__('The socket belongs to the group %s, into which no web server may go. Give it a group of its own in the daemon’s configuration, restart the daemon, and put that user into that group.', 'leadtap'), $group),
                "[listen]\nunix = { path = \"{$socket}\", group = \"leadtap\" }"
            );
        }
        $user = $this->host->user();

        return Finding::bad(
            $what,
            /* translators: %s: name of a system group */
            sprintf(__('Put that user into the group %s and restart PHP, which looks at groups when it starts. Do not make the socket writable for everybody.', 'leadtap'), $group),
            'usermod -aG ' . $group . ' ' . ($user === '' ? 'www-data' : $user) . "\n" . $this->restart()
        );
    }

    private function missing(string $socket): Finding
    {
        if (preg_match('#^(/var)?/tmp/#', $socket) === 1) {
            return Finding::bad(
                /* translators: %s: a path */
                sprintf(__('PHP sees no socket at %s. systemd gives services a /tmp of their own, so that a socket there is not seen by others.', 'leadtap'), $socket),
                __('Put the socket under /run/leadtap, in the daemon’s configuration (listen.unix.path) and here.', 'leadtap')
            );
        }
        $todo = __('Look whether the daemon runs, and which path its configuration has (listen.unix.path). If it does run, PHP may be in a container or a chroot that does not see the path: mount the socket’s folder there.', 'leadtap');
        if ($this->host->openBasedir() !== '') {
            $todo .= ' ' . __('open_basedir is not the cause: it does not hold for sockets.', 'leadtap');
        }

        return Finding::bad(
            /* translators: %s: a path */
            sprintf(__('There is no socket at %s.', 'leadtap'), $socket),
            $todo,
            "systemctl status leadtap\nls -l " . $socket
        );
    }

    private function refused(GatewayFailure $failure): Finding
    {
        switch ($failure->reason()) {
            case 'CALLER_UNKNOWN':
                return Finding::bad(
                    $this->settings->tokenFile() === '' && !defined('LEADTAP_TOKEN')
                        ? sprintf(
                            /* translators: 1: name of a system user, 2: its number */
                            __('The daemon does not know this shop: PHP runs as the user %1$s, number %2$s, and no caller in its configuration has that number.', 'leadtap'),
                            $this->user(),
                            (string) ($this->host->uid() ?? '?')
                        )
                        : __('The daemon does not know this shop’s token: no caller in its configuration has its SHA-256.', 'leadtap'),
                    __('Add these lines to the daemon’s configuration, with the name of your [[site]], and make it read them: systemctl reload leadtap.', 'leadtap'),
                    $this->lines->caller($this->settings->tokenFile())
                );
            case 'PERMISSION_MISSING':
                return Finding::bad(
                    __('The daemon knows this shop, which may not log anybody in.', 'leadtap'),
                    __('Write these permissions into its [[caller]] in the daemon’s configuration, and make it read them: systemctl reload leadtap.', 'leadtap'),
                    ConfigurationLines::permissions()
                );
            case 'METHOD_UNKNOWN':
                return $failure->requestId() === '' ? $this->stranger() : $this->configuration->tooOld('');
        }

        return Finding::bad(Words::said($failure), $this->whatElse($failure));
    }

    /** Every daemon names its answers; this one has no name. */
    private function stranger(): Finding
    {
        return Finding::bad(
            sprintf(
                /* translators: 1: an address, 2: a version number */
                __('What answers at %1$s does not know what it is asked: it is another program, or a daemon much older than this plugin, %2$s.', 'leadtap'),
                $this->settings->address(),
                Plugin::VERSION
            ),
            __('Look whether the address is the daemon’s, and update the daemon.', 'leadtap')
        );
    }

    private function whatElse(GatewayFailure $failure): string
    {
        if ($failure->kind() === GatewayFailure::SLOW) {
            return __('Something listens there, and does not answer within two seconds. Look at the daemon’s log (journalctl -u leadtap), and whether the address is the daemon’s.', 'leadtap');
        }
        if ($failure->requestId() !== '') {
            /* translators: %s: a code of 16 digits */
            return sprintf(__('The daemon’s log says more: look there for %s.', 'leadtap'), $failure->requestId());
        }

        return __('Look whether the address is the daemon’s and the daemon runs: systemctl status leadtap.', 'leadtap');
    }

    private function user(): string
    {
        return $this->host->user() ?: (string) ($this->host->uid() ?? __('(unknown)', 'leadtap'));
    }

    private function restart(): string
    {
        if ($this->host->interface() !== 'fpm-fcgi') {
            return 'systemctl restart apache2';
        }

        return 'systemctl restart php' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION . '-fpm';
    }
}
