<?php
// The object that WC() gives.

declare(strict_types=1);

final class WooCommerce
{
    public string $version = WC_VERSION;
    public ?WC_Session_Handler $session = null;
    public ?WC_Cart $cart = null;
    /** @var object|null */
    public $customer = null;

    public function start(): void
    {
        register_post_type('product', ['public' => true, 'label' => 'Products', 'supports' => ['title', 'editor'], 'rewrite' => ['slug' => 'product']]);
        if (!is_admin() || wp_doing_ajax()) {
            $this->session = new WC_Session_Handler();
            $this->cart = new WC_Cart();
        }
    }

    public function api_request_url(string $request): string
    {
        return home_url("/wc-api/{$request}/");
    }

    public function initialize_session(): void
    {
    }

    public function plugin_path(): string
    {
        return dirname(WC_PLUGIN_FILE);
    }

    public function plugin_url(): string
    {
        return untrailingslashit(plugins_url('/', WC_PLUGIN_FILE));
    }

    public function mailer(): WC_Emails
    {
        return new WC_Emails();
    }
}

/** Mails in the shop's frame. */
class WC_Emails
{
    public function wrap_message(string $heading, string $message): string
    {
        return sprintf('<html><body><h1>%s</h1>%s</body></html>', esc_html($heading), $message);
    }

    /**
     * @param string|array<string> $to
     * @param string|array<string> $headers
     */
    public function send($to, string $subject, string $message, $headers = "Content-Type: text/html\r\n", $attachments = ''): bool
    {
        return wp_mail($to, $subject, $message, $headers, $attachments);
    }
}
