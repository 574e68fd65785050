<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Settings\Settings;

/** Tools > Site Health: the connection test as one of WordPress's own, and what support asks for. */
final class SiteHealth implements Module
{
    private Settings $settings;

    private ConnectionTest $test;

    private CircuitBreaker $circuit;

    private WatchState $state;

    public function __construct(Settings $settings, ConnectionTest $test, CircuitBreaker $circuit, WatchState $state)
    {
        $this->settings = $settings;
        $this->test = $test;
        $this->circuit = $circuit;
        $this->state = $state;
    }

    public function register(): void
    {
        add_filter('site_status_tests', [$this, 'add']);
        add_filter('debug_information', [$this, 'addFacts']);
    }

    /**
     * @param array<string, array<string, mixed>> $tests
     *
     * @return array<string, array<string, mixed>>
     */
    public function add(array $tests): array
    {
        $tests['direct']['leadtap'] = ['label' => __('Instagram login', 'leadtap'), 'test' => [$this, 'run']];

        return $tests;
    }

    /** @return array<string, mixed> as WordPress wants it */
    public function run(): array
    {
        $findings = $this->test->run();
        $worst = Finding::worst($findings);
        $isBad = $worst === Finding::BAD;

        return [
            'label' => [
                Finding::GOOD => __('The Instagram login reaches its daemon', 'leadtap'),
                Finding::WARNING => __('The Instagram login works, and could be set up better', 'leadtap'),
                Finding::BAD => __('The Instagram login does not work', 'leadtap'),
            ][$worst],
            // Critical is what shoppers meet.
            'status' => $isBad && $this->settings->isEnabled() ? 'critical' : ($worst === Finding::GOOD ? 'good' : 'recommended'),
            'badge' => ['label' => __('Instagram login', 'leadtap'), 'color' => $isBad ? 'red' : 'blue'],
            'description' => Template::html('findings', ['findings' => $findings]),
            'actions' => Guard::allows()
                ? sprintf('<p><a href="%s">%s</a></p>', esc_url(Pages::settings()), esc_html__('Settings of the Instagram login', 'leadtap'))
                : '',
            'test' => 'leadtap',
        ];
    }

    /**
     * @param array<string, array<string, mixed>> $information
     *
     * @return array<string, array<string, mixed>>
     */
    public function addFacts(array $information): array
    {
        $answered = $this->state->answeredTime();
        $fields = [
            'version' => [__('Version', 'leadtap'), Plugin::VERSION],
            'address' => [__('Address of the daemon', 'leadtap'), $this->settings->address()],
            'enabled' => [__('Shoppers may use it', 'leadtap'), $this->settings->isEnabled() ? __('Yes', 'leadtap') : __('No', 'leadtap')],
            'placements' => [__('Where the button shows', 'leadtap'), implode(', ', $this->settings->placements())],
            'circuit' => [__('Calls are being held back', 'leadtap'), $this->circuit->isOpen() ? __('Yes', 'leadtap') : __('No', 'leadtap')],
            'answered' => [__('The daemon last answered the hourly look', 'leadtap'), $answered === 0 ? __('Never', 'leadtap') : Words::time($answered)],
        ];
        $information['leadtap'] = [
            'label' => __('Instagram login (leadtap)', 'leadtap'),
            'fields' => array_map(static fn (array $field) => ['label' => $field[0], 'value' => $field[1]], $fields),
        ];

        return $information;
    }
}
