<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\ConsentTexts;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Settings\SettingsForm;
use const Leadtap\WooCommerce\PLUGIN_FILE;

/** WooCommerce > Instagram login: the settings, the connection test, and what to copy where. */
final class SettingsPage implements Module
{
    public const SAVE = 'leadtap_save_settings';
    public const TEST = 'leadtap_test_connection';

    private Settings $settings;

    private SettingsForm $form;

    private ConsentTexts $consents;

    private ConnectionTest $test;

    private ConfigurationLines $lines;

    private Urls $urls;

    private CircuitBreaker $circuit;

    private WatchState $state;

    private Log $log;

    public function __construct(
        Settings $settings,
        SettingsForm $form,
        ConsentTexts $consents,
        ConnectionTest $test,
        ConfigurationLines $lines,
        Urls $urls,
        CircuitBreaker $circuit,
        WatchState $state,
        Log $log
    ) {
        $this->settings = $settings;
        $this->form = $form;
        $this->consents = $consents;
        $this->test = $test;
        $this->lines = $lines;
        $this->urls = $urls;
        $this->circuit = $circuit;
        $this->state = $state;
        $this->log = $log;
    }

    public function register(): void
    {
        add_action('admin_menu', [$this, 'addToMenu'], 65);
        add_action('admin_post_' . self::SAVE, [$this, 'save']);
        add_filter('plugin_action_links_' . plugin_basename(PLUGIN_FILE), [$this, 'addLink']);
        add_action('admin_enqueue_scripts', [$this, 'addStyle']);
    }

    public function addToMenu(): void
    {
        $title = __('Instagram login', 'leadtap');
        add_submenu_page('woocommerce', $title, $title, Guard::CAPABILITY, Pages::SETTINGS, [$this, 'show']);
    }

    /**
     * @param array<int|string, string> $links
     *
     * @return array<int|string, string>
     */
    public function addLink(array $links): array
    {
        $link = '<a href="' . esc_url(Pages::settings()) . '">' . esc_html__('Settings', 'leadtap') . '</a>';

        return Guard::allows() ? ['leadtap' => $link] + $links : $links;
    }

    /** On the plugin's own pages, and where it shows a lead. */
    public function addStyle(): void
    {
        $screen = get_current_screen();
        $id = $screen === null ? '' : $screen->id;
        if (strpos($id, 'leadtap-') !== false || in_array($id, ['profile', 'user-edit', 'shop_order', 'woocommerce_page_wc-orders', 'site-health'], true)) {
            wp_enqueue_style('leadtap-admin', plugins_url('assets/admin.css', PLUGIN_FILE), [], Plugin::VERSION);
        }
    }

    public function show(): void
    {
        Guard::enforceCapability();
        $findings = [];
        // An old link shows the page without a test.
        if (isset($_GET['test']) && wp_verify_nonce(is_string($_GET['_wpnonce'] ?? null) ? $_GET['_wpnonce'] : '', self::TEST) !== false) {
            $findings = $this->test->run();
            if (Finding::worst($findings) !== Finding::BAD) {
                // Whoever mends the connection need not wait until shoppers may use it again.
                $this->circuit->succeeded();
                $this->state->recovered();
            }
        }
        Template::show('settings', [
            'notices' => Pages::said(),
            'settings' => $this->settings,
            'may_connect' => Guard::mayConnect(),
            'consents' => array_reverse($this->consents->all(), true),
            'findings' => $findings,
            'addresses' => $this->addresses(),
            'site_lines' => $this->lines->site(),
            'caller_lines' => $this->lines->caller($this->settings->tokenFile()),
        ]);
    }

    public function save(): void
    {
        Guard::enforce(self::SAVE);
        $before = get_option(Settings::OPTION, []);
        $settings = $this->form->read(wp_unslash($_POST), is_array($before) ? $before : [], Guard::mayConnect());
        update_option(Settings::OPTION, $settings);
        $this->log->info('the settings were changed', ['user.id' => get_current_user_id()]);
        Pages::say('error', $this->form->problems());
        Pages::say('success', [__('The settings are saved.', 'leadtap')]);
        wp_safe_redirect(Pages::test(), 303, 'leadtap');
        exit;
    }

    /**
     * What Meta's dashboard wants to know.
     *
     * @return list<array{name: string, use: string, url: string, findings: list<Finding>}>
     */
    private function addresses(): array
    {
        $check = new UrlCheck(home_url(), site_url());
        $addresses = [];
        $said = [];
        foreach ($this->uses() as [$name, $use, $url]) {
            // What is wrong with all three is said of the first.
            $findings = array_filter($check->check($url), static fn (Finding $finding) => !in_array($finding->what, $said, true));
            $said = array_merge($said, array_map(static fn (Finding $finding) => $finding->what, $findings));
            $addresses[] = ['name' => $name, 'use' => $use, 'url' => $url, 'findings' => array_values($findings)];
        }

        return $addresses;
    }

    /** @return list<array{string, string, string}> name, where it belongs, address */
    private function uses(): array
    {
        return [
            [
                __('Callback', 'leadtap'),
                __('“OAuth redirect URIs” in Meta’s dashboard, and redirect_uris in the daemon’s configuration', 'leadtap'),
                $this->urls->callback(),
            ],
            [
                __('Deauthorize', 'leadtap'),
                __('“Deauthorize callback URL” in Meta’s dashboard', 'leadtap'),
                $this->urls->endpoint('deauthorize'),
            ],
            [
                __('Deletion', 'leadtap'),
                __('“Data deletion request URL” in Meta’s dashboard', 'leadtap'),
                $this->urls->endpoint('deletion'),
            ],
        ];
    }
}
