<?php

/**
 * What the link in the e-mail to a new customer opens. A theme overrides it as woocommerce/leadtap/confirm.php.
 *
 * @var string $view        `ask`, `done` or `over`
 * @var string $email       with `ask`
 * @var string $account_url
 * @var string $details_url
 */

declare(strict_types=1);

defined('ABSPATH') || exit;

if ($view === 'ask') :
    ?>
    <p>
        <?php
        /* translators: %s: an e-mail address */
        echo esc_html(sprintf(__('Is %s your address, and did you make an account in this shop with Instagram?', 'leadtap'), $email));
        ?>
    </p>
    <form class="woocommerce-form leadtap-form" method="post">
        <button type="submit" class="woocommerce-button button<?php echo esc_attr(wc_wp_theme_get_element_class_name('button') ? ' ' . wc_wp_theme_get_element_class_name('button') : ''); ?>" name="leadtap_step" value="confirm"><?php esc_html_e('Yes, confirm my address', 'leadtap'); ?></button>
    </form>
    <p><?php esc_html_e('If it was not you, close this page: nothing is confirmed then.', 'leadtap'); ?></p>
    <?php
elseif ($view === 'done') :
    wc_print_notice(esc_html__('Thank you: your email address is confirmed.', 'leadtap'), 'success');
    ?>
    <p><a href="<?php echo esc_url($account_url); ?>"><?php esc_html_e('Go to my account', 'leadtap'); ?></a></p>
    <?php
else :
    wc_print_notice(esc_html__('This link cannot be used: it was used before, is too old, or your address is another one by now.', 'leadtap'), 'error');
    ?>
    <p><a href="<?php echo esc_url($details_url); ?>"><?php esc_html_e('Have a new link sent under account details', 'leadtap'); ?></a></p>
    <?php
endif;
