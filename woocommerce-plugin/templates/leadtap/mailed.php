<?php

/**
 * What the link in the e-mail to the owner of an account opens. A theme overrides it as woocommerce/leadtap/mailed.php.
 *
 * @var string $email         of the account
 * @var string $username      the Instagram handle; may be empty
 * @var bool   $ends_password the address was not proven until now
 */

declare(strict_types=1);

defined('ABSPATH') || exit;
?>
<p>
    <?php
    echo esc_html(
        $username === ''
            /* translators: %s: an e-mail address */
            ? sprintf(__('Link your Instagram account to the account with the address %s?', 'leadtap'), $email)
            /* translators: 1: an Instagram handle, 2: an e-mail address */
            : sprintf(__('Link @%1$s to the account with the address %2$s?', 'leadtap'), $username, $email)
    );
    ?>
</p>
<?php if ($ends_password) : ?>
    <p><?php esc_html_e('Nobody has confirmed yet that this address belongs to that account. So its old password ends with this, and other devices are logged out. You can log in with Instagram, or set a new password at any time.', 'leadtap'); ?></p>
<?php endif; ?>
<form class="woocommerce-form leadtap-form leadtap-prove" method="post">
    <button type="submit" class="woocommerce-button button<?php echo esc_attr(wc_wp_theme_get_element_class_name('button') ? ' ' . wc_wp_theme_get_element_class_name('button') : ''); ?>" name="leadtap_step" value="prove"><?php esc_html_e('Link and log in', 'leadtap'); ?></button>
</form>
