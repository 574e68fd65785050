<?php

/**
 * The settings.
 *
 * @var array{
 *     notices: list<array{string, string}>,
 *     settings: \Leadtap\WooCommerce\Settings\Settings,
 *     may_connect: bool,
 *     consents: array<string, array{text: string, since: int}>,
 *     findings: list<\Leadtap\WooCommerce\Admin\Finding>,
 *     addresses: list<array{name: string, use: string, url: string, findings: list<\Leadtap\WooCommerce\Admin\Finding>}>,
 *     site_lines: string,
 *     caller_lines: string
 * } $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Account\Newcomers;
use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Admin\SettingsPage;
use Leadtap\WooCommerce\Admin\Template;
use Leadtap\WooCommerce\Admin\Words;
use Leadtap\WooCommerce\Settings\Placements;

defined('ABSPATH') || exit;

$settings = $view['settings'];
$placements = [
    Placements::ACCOUNT_LOGIN => __('My account: login', 'leadtap'),
    Placements::ACCOUNT_REGISTRATION => __('My account: registration', 'leadtap'),
    Placements::CLASSIC_CHECKOUT => __('Checkout (shortcode)', 'leadtap'),
    Placements::BLOCK_CHECKOUT => __('Checkout (block)', 'leadtap'),
    Placements::WP_LOGIN => __('wp-login.php', 'leadtap'),
];
$shop = get_bloginfo('name');
// Fields that are switched off are not sent, and keep their values.
$off = $view['may_connect'] ? '' : 'disabled';
?>
<div class="wrap leadtap">
    <h1><?php esc_html_e('Instagram login', 'leadtap'); ?></h1>
    <?php Template::show('notices', $view); ?>
    <p class="leadtap-limit">
        <?php esc_html_e('Instagram lets in professional accounts alone (Business and Creator), and never tells an e-mail address: the shop asks for it. Whoever has a personal account is turned away by Instagram, which sends nobody back: the link “Personal account?” below the button says what to do.', 'leadtap'); ?>
    </p>

    <section class="leadtap-card" aria-labelledby="leadtap-connection">
        <h2 id="leadtap-connection"><?php esc_html_e('Connection', 'leadtap'); ?></h2>
        <?php if ($view['findings'] === []) : ?>
            <p><?php esc_html_e('The test goes the way to the daemon step by step, and says what is wrong and what to do.', 'leadtap'); ?></p>
        <?php else : ?>
            <div role="status"><?php Template::show('findings', $view); ?></div>
        <?php endif; ?>
        <p><a class="button" href="<?php echo esc_url(Pages::test()); ?>"><?php esc_html_e('Test the connection', 'leadtap'); ?></a></p>
    </section>

    <section class="leadtap-card" aria-labelledby="leadtap-addresses">
        <h2 id="leadtap-addresses"><?php esc_html_e('Addresses for Meta’s dashboard', 'leadtap'); ?></h2>
        <p><?php esc_html_e('In the dashboard: Instagram > API setup with Instagram login > Business login settings. Copy them just as they are: Meta compares every byte.', 'leadtap'); ?></p>
        <?php foreach ($view['addresses'] as $number => $address) : ?>
            <div class="leadtap-address">
                <label for="leadtap-address-<?php echo esc_attr((string) $number); ?>"><strong><?php echo esc_html($address['name']); ?></strong></label>
                <input type="text" readonly dir="ltr" class="large-text code" id="leadtap-address-<?php echo esc_attr((string) $number); ?>" value="<?php echo esc_attr($address['url']); ?>" aria-describedby="leadtap-address-use-<?php echo esc_attr((string) $number); ?>">
                <p class="description" id="leadtap-address-use-<?php echo esc_attr((string) $number); ?>"><?php echo esc_html($address['use']); ?></p>
                <?php
                if ($address['findings'] !== []) {
                    Template::show('findings', ['findings' => $address['findings']]);
                }
                ?>
            </div>
        <?php endforeach; ?>
        <details>
            <summary><?php esc_html_e('Lines for the daemon’s configuration', 'leadtap'); ?></summary>
            <p><?php esc_html_e('Into the [[site]] of this shop:', 'leadtap'); ?></p>
            <pre dir="ltr"><code><?php echo esc_html($view['site_lines']); ?></code></pre>
            <p><?php esc_html_e('And this shop as somebody who may call, with the name of that [[site]]:', 'leadtap'); ?></p>
            <pre dir="ltr"><code><?php echo esc_html($view['caller_lines']); ?></code></pre>
        </details>
    </section>

    <form method="post" action="<?php echo esc_url(admin_url('admin-post.php')); ?>">
        <input type="hidden" name="action" value="<?php echo esc_attr(SettingsPage::SAVE); ?>">
        <?php wp_nonce_field(SettingsPage::SAVE); ?>

        <h2><?php esc_html_e('Daemon', 'leadtap'); ?></h2>
        <?php if (!$view['may_connect']) : ?>
            <p><?php esc_html_e('The daemon, the callback address and the roles are for administrators alone: whoever chooses the daemon decides who a shopper is.', 'leadtap'); ?></p>
        <?php endif; ?>
        <table class="form-table" role="presentation">
            <tr>
                <th scope="row"><label for="leadtap-address"><?php esc_html_e('Address', 'leadtap'); ?></label></th>
                <td>
                    <input type="text" dir="ltr" class="regular-text code" id="leadtap-address" name="address" <?php echo esc_attr($off); ?> value="<?php echo esc_attr($settings->address()); ?>" required aria-describedby="leadtap-address-help">
                    <p class="description" id="leadtap-address-help"><?php esc_html_e('Its Unix socket (unix:///run/leadtap/leadtap.sock), or tcp://127.0.0.1:port or https://host:port with a token.', 'leadtap'); ?></p>
                </td>
            </tr>
            <tr>
                <th scope="row"><label for="leadtap-token-file"><?php esc_html_e('File with the token', 'leadtap'); ?></label></th>
                <td>
                    <?php if (defined('LEADTAP_TOKEN')) : ?>
                        <p><?php esc_html_e('The token comes from LEADTAP_TOKEN in wp-config.php.', 'leadtap'); ?></p>
                        <input type="hidden" name="token_file" value="<?php echo esc_attr(defined('LEADTAP_TOKEN_FILE') ? '' : $settings->tokenFile()); ?>">
                    <?php elseif (defined('LEADTAP_TOKEN_FILE')) : ?>
                        <p>
                            <?php
                            /* translators: %s: a path */
                            echo esc_html(sprintf(__('LEADTAP_TOKEN_FILE in wp-config.php says: %s', 'leadtap'), $settings->tokenFile()));
                            ?>
                        </p>
                    <?php else : ?>
                        <input type="text" dir="ltr" class="regular-text code" id="leadtap-token-file" name="token_file" value="<?php echo esc_attr($settings->tokenFile()); ?>" <?php echo esc_attr($off); ?> aria-describedby="leadtap-token-help" autocomplete="off">
                        <p class="description" id="leadtap-token-help"><?php esc_html_e('A path, for a daemon that is not reached by its socket. The token itself never stands in the database. Empty for the socket.', 'leadtap'); ?></p>
                    <?php endif; ?>
                </td>
            </tr>
            <tr>
                <th scope="row"><label for="leadtap-ca-file"><?php esc_html_e('File with certificates', 'leadtap'); ?></label></th>
                <td>
                    <input type="text" dir="ltr" class="regular-text code" id="leadtap-ca-file" name="ca_file" <?php echo esc_attr($off); ?> value="<?php echo esc_attr($settings->caFile()); ?>" aria-describedby="leadtap-ca-help">
                    <p class="description" id="leadtap-ca-help"><?php esc_html_e('Authorities to trust for https, in PEM. Empty: those of the system.', 'leadtap'); ?></p>
                </td>
            </tr>
            <tr>
                <th scope="row"><label for="leadtap-redirect-uri"><?php esc_html_e('Callback address', 'leadtap'); ?></label></th>
                <td>
                    <input type="url" dir="ltr" class="regular-text code" id="leadtap-redirect-uri" name="redirect_uri" <?php echo esc_attr($off); ?> value="<?php echo esc_attr($settings->redirectUri()); ?>" aria-describedby="leadtap-redirect-uri-help">
                    <p class="description" id="leadtap-redirect-uri-help"><?php esc_html_e('Where Meta’s dashboard insists on another one than the one above: what it shows, byte for byte. Usually empty.', 'leadtap'); ?></p>
                </td>
            </tr>
        </table>

        <h2><?php esc_html_e('Button', 'leadtap'); ?></h2>
        <table class="form-table" role="presentation">
            <tr>
                <th scope="row"><?php esc_html_e('Login', 'leadtap'); ?></th>
                <td>
                    <label><input type="checkbox" name="enabled" value="1" <?php checked($settings->isEnabled()); ?>> <?php esc_html_e('Shoppers may continue with Instagram', 'leadtap'); ?></label>
                    <p class="description"><?php esc_html_e('While this is off there is no button, and the addresses of the login do not exist.', 'leadtap'); ?></p>
                    <p class="description">
                        <?php
                        echo esc_html(
                            Newcomers::areWelcome()
                                ? __('New shoppers get an account, as the shop makes them on My account or at the checkout: WooCommerce > Settings > Accounts & Privacy.', 'leadtap')
                                : __('Only those who have an account already can log in with Instagram: WooCommerce > Settings > Accounts & Privacy allows no new ones, neither on My account nor at the checkout.', 'leadtap')
                        );
                        ?>
                    </p>
                </td>
            </tr>
            <tr>
                <th scope="row"><?php esc_html_e('Where it shows', 'leadtap'); ?></th>
                <td>
                    <fieldset>
                        <legend class="screen-reader-text"><?php esc_html_e('Where it shows', 'leadtap'); ?></legend>
                        <?php foreach ($placements as $value => $label) : ?>
                            <label><input type="checkbox" name="placements[]" value="<?php echo esc_attr($value); ?>" <?php checked($settings->shows($value)); ?>> <?php echo esc_html($label); ?></label><br>
                        <?php endforeach; ?>
                    </fieldset>
                    <p class="description">
                        <?php
                        /* translators: %s: a shortcode */
                        echo esc_html(sprintf(__('Elsewhere: the shortcode %s, or the block “Continue with Instagram”.', 'leadtap'), '[leadtap_button]'));
                        ?>
                    </p>
                </td>
            </tr>
            <tr>
                <th scope="row"><label for="leadtap-button-text"><?php esc_html_e('Text', 'leadtap'); ?></label></th>
                <td>
                    <input type="text" class="regular-text" id="leadtap-button-text" name="button_text" maxlength="60" value="<?php echo esc_attr($settings->buttonText()); ?>" placeholder="<?php esc_attr_e('Continue with Instagram', 'leadtap'); ?>" aria-describedby="leadtap-button-help">
                    <p class="description" id="leadtap-button-help"><?php esc_html_e('Empty: “Continue with Instagram” in the language of the page. Meta wants the word Instagram with a capital I, and no short form of it.', 'leadtap'); ?></p>
                </td>
            </tr>
            <tr>
                <th scope="row"><label for="leadtap-redirect"><?php esc_html_e('Page after the login', 'leadtap'); ?></label></th>
                <td>
                    <input type="text" dir="ltr" class="regular-text code" id="leadtap-redirect" name="redirect" value="<?php echo esc_attr($settings->redirect()); ?>" aria-describedby="leadtap-redirect-help">
                    <p class="description" id="leadtap-redirect-help"><?php esc_html_e('A path such as /shop/. Empty: back where the shopper came from, which keeps a checkout going.', 'leadtap'); ?></p>
                </td>
            </tr>
            <tr>
                <th scope="row"><?php esc_html_e('Who may log in', 'leadtap'); ?></th>
                <td>
                    <fieldset>
                        <legend class="screen-reader-text"><?php esc_html_e('Who may log in', 'leadtap'); ?></legend>
                        <?php foreach (wp_roles()->get_names() as $role => $name) : ?>
                            <label><input type="checkbox" name="roles[]" <?php echo esc_attr($off); ?> value="<?php echo esc_attr((string) $role); ?>" <?php checked(in_array((string) $role, $settings->roles(), true)); ?>> <?php echo esc_html(translate_user_role($name)); ?></label><br>
                        <?php endforeach; ?>
                    </fieldset>
                    <p class="description"><?php esc_html_e('Whoever has a role that is not ticked is refused. Tick no role of your staff: an Instagram account is worth less protection than a shop.', 'leadtap'); ?></p>
                </td>
            </tr>
        </table>

        <h2><?php esc_html_e('Consent', 'leadtap'); ?></h2>
        <table class="form-table" role="presentation">
            <tr>
                <th scope="row"><label for="leadtap-consent"><?php esc_html_e('Text', 'leadtap'); ?></label></th>
                <td>
                    <textarea class="large-text" rows="4" id="leadtap-consent" name="consent_text" maxlength="2000" aria-describedby="leadtap-consent-help"><?php echo esc_textarea($settings->consentText()); ?></textarea>
                    <p class="description" id="leadtap-consent-help">
                        <?php
                        /* translators: %s: name of the shop */
                        echo esc_html(sprintf(__('Asked of new shoppers, with a box to tick. For example: “%s may send me news by e-mail. I can take this back at any time.” Links, <strong> and <em> are allowed. Empty: none is asked for.', 'leadtap'), $shop));
                        ?>
                        <?php if ($settings->consentVersion() !== '') : ?>
                            <br>
                            <?php
                            /* translators: %s: version of a text */
                            echo esc_html(sprintf(__('This is version %s. A changed text gets a new version by itself.', 'leadtap'), $settings->consentVersion()));
                            ?>
                        <?php endif; ?>
                    </p>
                    <p><label><input type="checkbox" name="consent_required" value="1" <?php checked($settings->isConsentRequired()); ?>> <?php esc_html_e('Whoever does not agree gets no account this way', 'leadtap'); ?></label></p>
                    <?php if ($view['consents'] !== []) : ?>
                        <details>
                            <summary><?php esc_html_e('All versions', 'leadtap'); ?></summary>
                            <dl>
                                <?php foreach ($view['consents'] as $version => $consent) : ?>
                                    <dt>
                                        <strong><?php echo esc_html((string) $version); ?></strong>
                                        <?php
                                        /* translators: %s: date and time */
                                        echo esc_html(sprintf(__('since %s', 'leadtap'), Words::time($consent['since'])));
                                        ?>
                                    </dt>
                                    <dd><?php echo wp_kses_post($consent['text']); ?></dd>
                                <?php endforeach; ?>
                            </dl>
                        </details>
                    <?php endif; ?>
                </td>
            </tr>
        </table>
        <?php submit_button(__('Save and test', 'leadtap')); ?>
    </form>
</div>
