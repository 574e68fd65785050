<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Privacy;

use Leadtap\WooCommerce\Module;

/** Words for the shop's privacy policy, offered under Settings > Privacy. They are those of docs/privacy.md. */
final class PolicyText implements Module
{
    public function register(): void
    {
        add_action('admin_init', [$this, 'suggest']);
    }

    public function suggest(): void
    {
        if (function_exists('wp_add_privacy_policy_content')) {
            wp_add_privacy_policy_content(__('Instagram login (leadtap)', 'leadtap'), wp_kses_post(self::html()));
        }
    }

    public static function html(): string
    {
        $paragraphs = [
            '<p class="privacy-policy-tutorial">' . __('Complete what is in square brackets. docs/privacy.md of leadtap has more on what is kept where.', 'leadtap') . '</p>',
            '<h3>' . __('Continue with Instagram', 'leadtap') . '</h3>',
            '<p>' . __('If you choose to log in with Instagram, we receive from Meta Platforms the public facts of your professional account: its ids, username, display name, kind of account, profile picture address, and the numbers of followers, of accounts followed and of posts. Instagram gives us no e-mail address and not your password. We keep these facts together with the times of your first and newest login and how many there were; what you tell us yourself (e-mail address, name, telephone number); which version of our consent text you agreed to and when; and short notes on the page or campaign you came from.', 'leadtap') . '</p>',
            '<p>' . __('<strong>Why.</strong> To log you in, to know you again, and [to contact you about …]. The legal basis is [your consent, Article 6(1)(a) GDPR / our legitimate interest in …, Article 6(1)(f) GDPR].', 'leadtap') . '</p>',
            '<p>' . __('<strong>Cookies.</strong> While a login is under way, and for as long after it as a repeated page may ask again, a cookie ties it to your browser. It is needed for the login and tells nobody who you are.', 'leadtap') . '</p>',
            '<p>' . __('<strong>Access permission.</strong> Instagram gives us an access token, with which we can read the facts above for up to 60 days at a time. We keep it encrypted, on our own server, and nobody but this software uses it [, except …]. When you remove our app in Instagram (<em>Settings > Website permissions > Apps and websites</em>), the token ends.', 'leadtap') . '</p>',
            '<p>' . __('<strong>How long.</strong> Until you ask us to delete it [, or 730 days after your newest login]. The record of a single login attempt is deleted within some hours. Backups are deleted after [30 days].', 'leadtap') . '</p>',
            '<p>' . __('<strong>Deletion.</strong> Ask us at [address], or remove our app in Instagram and choose to have your data deleted there. You get a code by which you can look up what became of it. We then delete everything named here. What stays is a note that a deletion took place, and when; it does not say whose.', 'leadtap') . '</p>',
            '<p>' . __('We do not sell these data. They are on our own server [at …] and are passed on to nobody [except …].', 'leadtap') . '</p>',
        ];

        return implode("\n", $paragraphs);
    }
}
