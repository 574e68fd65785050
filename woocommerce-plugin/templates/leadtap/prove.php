<?php

/**
 * The address that a shopper gave has an account here: its owner proves it. A theme overrides it as
 * woocommerce/leadtap/prove.php.
 *
 * @var list<string> $errors     what is wrong with what was sent
 * @var string       $action     where the forms go
 * @var string       $token      proves that the form was made for this browser; keep it in each form
 * @var string       $email
 * @var bool         $was_mailed
 * @var string       $other_way  the shop's own form
 */

declare(strict_types=1);

defined('ABSPATH') || exit;

$button = 'woocommerce-button button' . (wc_wp_theme_get_element_class_name('button') ? ' ' . wc_wp_theme_get_element_class_name('button') : '');
foreach ($errors as $error) {
    wc_print_notice(esc_html($error), 'error');
}
if ($was_mailed && $errors === []) {
    wc_print_notice(esc_html__('We sent a link to that address. Open it in this browser within half an hour.', 'leadtap'), 'success');
}
?>
<p>
    <?php
    /* translators: %s: an e-mail address */
    echo esc_html(sprintf(__('There is an account with the address %s. If it is yours, show us, and your Instagram account is linked to it.', 'leadtap'), $email));
    ?>
</p>
<form class="woocommerce-form leadtap-form leadtap-prove" method="post" action="<?php echo esc_url($action); ?>">
    <p class="woocommerce-form-row woocommerce-form-row--wide form-row form-row-wide">
        <label for="leadtap_password"><?php esc_html_e('Password of that account', 'leadtap'); ?></label>
        <input type="password" class="woocommerce-Input woocommerce-Input--text input-text" name="leadtap_password" id="leadtap_password" autocomplete="current-password" required aria-required="true">
    </p>
    <p class="form-row">
        <input type="hidden" name="leadtap_token" value="<?php echo esc_attr($token); ?>">
        <button type="submit" class="<?php echo esc_attr($button); ?>" name="leadtap_step" value="password"><?php esc_html_e('Link and log in', 'leadtap'); ?></button>
    </p>
</form>
<form class="woocommerce-form leadtap-form leadtap-prove" method="post" action="<?php echo esc_url($action); ?>">
    <p><?php esc_html_e('You do not know the password? We can send a link to that address instead.', 'leadtap'); ?></p>
    <p class="form-row">
        <input type="hidden" name="leadtap_token" value="<?php echo esc_attr($token); ?>">
        <button type="submit" class="<?php echo esc_attr($button); ?>" name="leadtap_step" value="mail"><?php echo esc_html($was_mailed ? __('Email me another link', 'leadtap') : __('Email me a link', 'leadtap')); ?></button>
    </p>
</form>
<form class="woocommerce-form leadtap-form leadtap-prove" method="post" action="<?php echo esc_url($action); ?>">
    <p><?php esc_html_e('It is not your account?', 'leadtap'); ?></p>
    <p class="form-row">
        <input type="hidden" name="leadtap_token" value="<?php echo esc_attr($token); ?>">
        <button type="submit" class="<?php echo esc_attr($button); ?>" name="leadtap_step" value="other"><?php esc_html_e('Use another address', 'leadtap'); ?></button>
    </p>
</form>
<p><a href="<?php echo esc_url($other_way); ?>"><?php esc_html_e('Log in another way', 'leadtap'); ?></a></p>
