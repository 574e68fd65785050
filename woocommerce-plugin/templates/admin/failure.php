<?php

/**
 * Why the daemon's part of a page is not there.
 *
 * @var array{failure: \Leadtap\WooCommerce\Gateway\GatewayFailure} $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Admin\Words;

defined('ABSPATH') || exit;
?>
<div class="notice notice-error" role="alert">
    <p>
        <?php echo esc_html(Words::failure($view['failure'])); ?>
        <a href="<?php echo esc_url(Pages::test()); ?>"><?php esc_html_e('Test the connection', 'leadtap'); ?></a>
    </p>
    <?php if ($view['failure']->requestId() !== '') : ?>
        <p>
            <?php
            /* translators: %s: a code of 16 digits */
            echo esc_html(sprintf(__('In the daemon’s log look for %s.', 'leadtap'), $view['failure']->requestId()));
            ?>
        </p>
    <?php endif; ?>
</div>
