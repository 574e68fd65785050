<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Log\Redaction;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Settings\Settings;

/** Looks at the daemon once an hour, and writes to the shop when somebody has to act. */
final class Watch implements Module
{
    /** At most one letter in so long: one that comes every hour is not read. */
    private const MAIL_SECONDS = DAY_IN_SECONDS;

    private Settings $settings;

    private BackOffice $daemon;

    private WatchState $state;

    private Clock $clock;

    private Log $log;

    public function __construct(Settings $settings, BackOffice $daemon, WatchState $state, Clock $clock, Log $log)
    {
        $this->settings = $settings;
        $this->daemon = $daemon;
        $this->state = $state;
        $this->clock = $clock;
        $this->log = $log;
    }

    public function register(): void
    {
        add_action('admin_init', [$this, 'schedule']);
    }

    public function schedule(): void
    {
        if (!wp_next_scheduled(WatchJob::HOOK)) {
            wp_schedule_event($this->clock->now() + HOUR_IN_SECONDS, 'hourly', WatchJob::HOOK);
        }
    }

    public function look(): void
    {
        // A shop that is being set up, or switched the login off, is not to be troubled.
        if (!$this->settings->isEnabled()) {
            $this->state->forget();

            return;
        }
        try {
            $statistics = $this->daemon->statistics([]);
            $this->state->answered($this->clock->now(), $statistics);
        } catch (GatewayFailure $failure) {
            $this->log->error('the hourly look at the daemon: ' . $failure->getMessage(), $failure->facts());
            // It goes into an option and into a letter.
            $this->state->failed($this->clock->now(), Redaction::of(Words::said($failure)));
        }
        $alarms = $this->state->alarms($this->clock->now());
        if ($alarms !== [] && $this->clock->now() - $this->state->mailedTime() >= self::MAIL_SECONDS && $this->mail($alarms)) {
            $this->state->mailed($this->clock->now());
        }
    }

    /** @param list<string> $alarms */
    private function mail(array $alarms): bool
    {
        $shop = wp_specialchars_decode((string) get_bloginfo('name'), ENT_QUOTES);
        /**
         * Who hears that somebody has to act on the daemon.
         *
         * @param string $address the site's administrator
         */
        $to = (string) apply_filters('leadtap_alarm_email', (string) get_option('admin_email'));
        /* translators: %s: name of the shop */
        $subject = sprintf(__('[%s] The Instagram login needs somebody', 'leadtap'), $shop);
        $lines = array_merge($alarms, ['', __('The settings say what to do:', 'leadtap'), Pages::settings()]);
        $sent = is_email($to) && wp_mail($to, $subject, implode("\n", $lines));
        if (!$sent) {
            $this->log->warning('the letter about the daemon could not be sent: does the shop send e-mail?');
        }

        return $sent;
    }
}
