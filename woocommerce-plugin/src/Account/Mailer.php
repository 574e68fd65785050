<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

/** The plugin's e-mails, in WooCommerce's own frame. */
class Mailer
{
    public function confirmAddress(string $to, string $link): bool
    {
        return $this->send(
            $to,
            __('Please confirm your email address', 'leadtap'),
            __('Somebody, probably you, continued with Instagram in our shop and gave this email address. Is it yours? Then please confirm it.', 'leadtap'),
            __('Confirm my email address', 'leadtap'),
            $link,
            __('If it was not you, do nothing: without the confirmation the address does not count.', 'leadtap')
        );
    }

    public function proveAccount(string $to, string $link): bool
    {
        return $this->send(
            $to,
            __('Link Instagram to your account', 'leadtap'),
            __('Somebody, probably you, continued with Instagram in our shop and gave your email address. To link that Instagram account to your account, open this in the same browser, within half an hour.', 'leadtap'),
            __('Link Instagram to my account', 'leadtap'),
            $link,
            __('If it was not you, do nothing: nothing was changed.', 'leadtap')
        );
    }

    public function passwordEnded(string $to, string $link): bool
    {
        return $this->send(
            $to,
            __('The old password of your account has ended', 'leadtap'),
            __('You linked Instagram to your account with the link in our email, and so showed for the first time that this address is yours. Until then anybody could have registered with it. To be safe, the password of before no longer works, and every other device was logged out.', 'leadtap'),
            __('Set a new password', 'leadtap'),
            $link,
            __('If you always log in with Instagram, you need none.', 'leadtap')
        );
    }

    private function send(string $to, string $subject, string $text, string $action, string $link, string $otherwise): bool
    {
        $shop = wp_specialchars_decode((string) get_bloginfo('name'), ENT_QUOTES);
        $body = '<p>' . esc_html($text) . '</p>'
            . '<p><a href="' . esc_url($link) . '">' . esc_html($action) . '</a></p>'
            . '<p>' . esc_html($otherwise) . '</p>';
        $mailer = WC()->mailer();

        return (bool) $mailer->send($to, "[{$shop}] {$subject}", $mailer->wrap_message($subject, $body));
    }
}
