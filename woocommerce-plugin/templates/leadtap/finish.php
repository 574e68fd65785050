<?php

/**
 * The one short step for a shopper who is new. A theme overrides it as woocommerce/leadtap/finish.php.
 *
 * @var list<string> $errors           what is wrong with what was sent
 * @var string       $action           where the form goes
 * @var string       $token            proves that the form was made for this browser; keep it
 * @var string       $email
 * @var string       $full_name
 * @var string       $username         the Instagram handle; may be empty
 * @var string       $other_way        the shop's own form
 * @var string       $terms_text       HTML of WooCommerce's own; empty: the shop has no terms
 * @var string       $consent_text     empty: none is asked for
 * @var string       $consent_version
 * @var bool         $consent_required
 * @var bool         $consent_given
 */

declare(strict_types=1);

defined('ABSPATH') || exit;

foreach ($errors as $error) {
    wc_print_notice(esc_html($error), 'error');
}
$required = '&nbsp;<span class="required" aria-hidden="true">*</span><span class="screen-reader-text">' . esc_html__('Required', 'leadtap') . '</span>';
?>
<p>
    <?php
    if ($username !== '') {
        /* translators: %s: an Instagram handle, as @name */
        printf(esc_html__('You continue as %s. Instagram gives us no email address, so please tell us yours.', 'leadtap'), '<bdi dir="ltr">@' . esc_html($username) . '</bdi>');
    } else {
        esc_html_e('Instagram gives us no email address, so please tell us yours.', 'leadtap');
    }
    ?>
</p>
<form class="woocommerce-form leadtap-form leadtap-finish" method="post" action="<?php echo esc_url($action); ?>">
    <p class="woocommerce-form-row woocommerce-form-row--wide form-row form-row-wide">
        <label for="leadtap_email"><?php esc_html_e('Email address', 'leadtap'); ?><?php echo $required; // phpcs:ignore -- escaped above ?></label>
        <input type="email" class="woocommerce-Input woocommerce-Input--text input-text" name="email" id="leadtap_email" autocomplete="email" maxlength="100" value="<?php echo esc_attr($email); ?>" required aria-required="true">
    </p>
    <p class="woocommerce-form-row woocommerce-form-row--wide form-row form-row-wide">
        <label for="leadtap_name"><?php esc_html_e('Your name', 'leadtap'); ?></label>
        <input type="text" class="woocommerce-Input woocommerce-Input--text input-text" name="leadtap_name" id="leadtap_name" autocomplete="name" maxlength="100" value="<?php echo esc_attr($full_name); ?>">
    </p>
    <?php // Not WooCommerce's classes for a checkbox: its style for Twenty Twenty-Three takes those from the keyboard. ?>
    <?php if ($consent_text !== '') : ?>
        <p class="form-row form-row-wide">
            <label class="leadtap-check">
                <input type="checkbox" class="input-checkbox" name="leadtap_consent" value="1" <?php checked($consent_given); ?> <?php echo $consent_required ? 'required aria-required="true"' : ''; ?>>
                <span><?php echo wp_kses_post($consent_text); ?><?php echo $consent_required ? $required : ''; // phpcs:ignore -- escaped above ?></span>
            </label>
            <input type="hidden" name="leadtap_consent_version" value="<?php echo esc_attr($consent_version); ?>">
        </p>
    <?php endif; ?>
    <?php if ($terms_text !== '') : ?>
        <p class="form-row form-row-wide">
            <label class="leadtap-check">
                <input type="checkbox" class="input-checkbox" name="leadtap_terms" value="1" required aria-required="true">
                <span class="woocommerce-terms-and-conditions-checkbox-text"><?php echo wp_kses_post(wc_replace_policy_page_link_placeholders($terms_text)); ?><?php echo $required; // phpcs:ignore -- escaped above ?></span>
            </label>
        </p>
    <?php endif; ?>
    <?php do_action('woocommerce_register_form'); // The shop's privacy text, and what other plugins ask of newcomers. ?>
    <p class="form-row">
        <input type="hidden" name="leadtap_token" value="<?php echo esc_attr($token); ?>">
        <button type="submit" class="woocommerce-button button<?php echo esc_attr(wc_wp_theme_get_element_class_name('button') ? ' ' . wc_wp_theme_get_element_class_name('button') : ''); ?>" name="leadtap_step" value="create"><?php esc_html_e('Create my account', 'leadtap'); ?></button>
    </p>
</form>
<p><a href="<?php echo esc_url($other_way); ?>"><?php esc_html_e('Log in another way', 'leadtap'); ?></a></p>
