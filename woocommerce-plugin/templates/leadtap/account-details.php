<?php

/**
 * The section under My account > account details. A theme overrides it as woocommerce/leadtap/account-details.php.
 *
 * @var string $action         where the forms go
 * @var bool   $is_linked
 * @var string $username       the Instagram handle; may be empty
 * @var bool   $needs_password the customer never had one, and sets one with unlinking
 * @var int    $min_characters
 * @var bool   $is_unproven    the address waits for its confirmation
 * @var string $email
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Account\AccountActions;

defined('ABSPATH') || exit;

$button = 'woocommerce-Button button' . (wc_wp_theme_get_element_class_name('button') ? ' ' . wc_wp_theme_get_element_class_name('button') : '');
?>
<section class="leadtap-page leadtap-account" aria-labelledby="leadtap_heading">
    <h2 id="leadtap_heading"><?php esc_html_e('Instagram', 'leadtap'); ?></h2>
    <?php if (!$is_linked) : ?>
        <p><?php esc_html_e('Link your Instagram account, Business or Creator, to log in with it.', 'leadtap'); ?></p>
        <form class="woocommerce-form leadtap-form" method="post" action="<?php echo esc_url($action); ?>">
            <?php wp_nonce_field(AccountActions::NONCE, '_wpnonce', false); ?>
            <button type="submit" class="<?php echo esc_attr($button); ?>" name="leadtap_do" value="<?php echo esc_attr(AccountActions::LINK); ?>"><?php esc_html_e('Link Instagram', 'leadtap'); ?></button>
        </form>
    <?php else : ?>
        <p>
            <?php
            if ($username === '') {
                esc_html_e('Your Instagram account is linked: you can log in with it.', 'leadtap');
            } else {
                /* translators: %s: an Instagram handle, as @name */
                printf(esc_html__('%s is linked: you can log in with it.', 'leadtap'), '<bdi dir="ltr">@' . esc_html($username) . '</bdi>');
            }
            ?>
        </p>
        <?php if ($is_unproven) : ?>
            <form class="woocommerce-form leadtap-form" method="post" action="<?php echo esc_url($action); ?>">
                <p>
                    <?php
                    /* translators: %s: an e-mail address */
                    echo esc_html(sprintf(__('Your address %s is not confirmed yet.', 'leadtap'), $email));
                    ?>
                </p>
                <?php wp_nonce_field(AccountActions::NONCE, '_wpnonce', false); ?>
                <button type="submit" class="<?php echo esc_attr($button); ?>" name="leadtap_do" value="<?php echo esc_attr(AccountActions::CONFIRM); ?>"><?php esc_html_e('Send me the link again', 'leadtap'); ?></button>
            </form>
        <?php endif; ?>
        <form class="woocommerce-form leadtap-form" method="post" action="<?php echo esc_url($action); ?>">
            <?php if ($needs_password) : ?>
                <p><?php esc_html_e('Your account has no password yet. To unlink Instagram, set one, so that you can still log in.', 'leadtap'); ?></p>
                <p class="woocommerce-form-row woocommerce-form-row--wide form-row form-row-wide">
                    <label for="leadtap_password"><?php esc_html_e('New password', 'leadtap'); ?></label>
                    <input type="password" class="woocommerce-Input woocommerce-Input--password input-text" name="leadtap_password" id="leadtap_password" autocomplete="new-password" minlength="<?php echo esc_attr((string) $min_characters); ?>" required aria-required="true">
                </p>
                <p class="woocommerce-form-row woocommerce-form-row--wide form-row form-row-wide">
                    <label for="leadtap_password_again"><?php esc_html_e('The same password again', 'leadtap'); ?></label>
                    <input type="password" class="woocommerce-Input woocommerce-Input--password input-text" name="leadtap_password_again" id="leadtap_password_again" autocomplete="new-password" required aria-required="true">
                </p>
            <?php endif; ?>
            <?php wp_nonce_field(AccountActions::NONCE, '_wpnonce', false); ?>
            <button type="submit" class="<?php echo esc_attr($button); ?>" name="leadtap_do" value="<?php echo esc_attr(AccountActions::UNLINK); ?>"><?php echo esc_html($needs_password ? __('Set password and unlink Instagram', 'leadtap') : __('Unlink Instagram', 'leadtap')); ?></button>
        </form>
    <?php endif; ?>
</section>
