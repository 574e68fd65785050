<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Routing\NoStore;
use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;

/** Says on the page that a shopper landed on how the login ended. */
final class OutcomeNotice implements Module
{
    private Settings $settings;

    private Urls $urls;

    private bool $told = false;

    public function __construct(Settings $settings, Urls $urls)
    {
        $this->settings = $settings;
        $this->urls = $urls;
    }

    public function register(): void
    {
        if (!$this->settings->isEnabled() || !Outcomes::isKnown(self::outcome())) {
            return;
        }
        add_action('send_headers', [NoStore::class, 'send']);
        foreach ([
            'woocommerce_before_customer_login_form',
            'woocommerce_before_checkout_form',
            'woocommerce_account_content',
        ] as $hook) {
            add_action($hook, [$this, 'print'], 1);
        }
        // After the button has its place, so that it comes before it.
        add_filter('render_block_woocommerce/checkout', [$this, 'beforeBlock'], 20);
        add_filter('login_message', [$this, 'onWpLogin']);
    }

    public function print(): void
    {
        echo $this->html(); // Escaped where it is made.
    }

    public function beforeBlock(string $block): string
    {
        return $this->html() . $block;
    }

    public function onWpLogin(string $message): string
    {
        // The names that WordPress has had a style for since long before 6.1; the newer ones beside them.
        $box = Outcomes::noticeType(self::outcome()) === 'error'
            ? '<div id="login_error" class="notice notice-error" role="alert">'
            : '<div class="notice notice-info message" role="alert">';

        return $message . $box . '<p>' . $this->sentence() . '</p></div>';
    }

    private function html(): string
    {
        if ($this->told) {
            return '';
        }
        $this->told = true;

        return '<div class="woocommerce leadtap-outcome">'
            . wc_print_notice($this->sentence(), Outcomes::noticeType(self::outcome()), [], true)
            . '</div>';
    }

    private function sentence(): string
    {
        $sentence = esc_html(Outcomes::sentence(self::outcome()));
        // Whoever is logged in has an account here, and reads beside the button which ones can be linked.
        if (self::outcome() === Outcomes::DECLINED && !is_user_logged_in()) {
            return $sentence . ' ' . self::personalLink();
        }
        $again = Request::query(Landing::AGAIN);
        if (preg_match('/^[0-9a-f]{16}$/D', $again) !== 1) {
            return $sentence;
        }
        $link = $this->urls->link(CallbackRoute::NAME, [Landing::AGAIN => $again]);

        return $sentence . ' <a rel="nofollow" class="no-prefetch" href="' . esc_url($link) . '">'
            . esc_html__('Try again', 'leadtap') . '</a>';
    }

    /** To the same page with the other sentence. */
    private static function personalLink(): string
    {
        // Two slashes at the beginning would be another host.
        $here = '/' . ltrim(Request::server('REQUEST_URI'), '/');
        $link = add_query_arg([Outcomes::PARAMETER => Outcomes::PERSONAL], $here);

        return '<a rel="nofollow" href="' . esc_url($link) . '">'
            . esc_html__('Were you turned away with a personal account?', 'leadtap') . '</a>';
    }

    private static function outcome(): string
    {
        return Request::query(Outcomes::PARAMETER);
    }
}
