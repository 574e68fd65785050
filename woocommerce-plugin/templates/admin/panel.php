<?php

/**
 * A lead in short.
 *
 * @var array{lead: \Leadtap\WooCommerce\Gateway\LeadRecord|null} $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Admin\Words;

defined('ABSPATH') || exit;

$lead = $view['lead'];
?>
<?php if ($lead === null) : ?>
    <p><?php esc_html_e('The lead was erased. With the next login by Instagram there is a new one.', 'leadtap'); ?></p>
<?php else : ?>
    <p>
        <a href="<?php echo esc_url(Pages::leads(['lead' => $lead->leadId])); ?>"><strong><bdi><?php echo esc_html(Words::person($lead)); ?></bdi></strong></a>
        <?php if ($lead->username !== '') : ?>
            <bdi dir="ltr">@<?php echo esc_html($lead->username); ?></bdi>
        <?php endif; ?>
    </p>
    <ul>
        <li>
            <?php
            echo esc_html(Words::accountType($lead->accountType));
            if ($lead->followers !== null) {
                /* translators: %s: a number */
                echo esc_html(', ' . sprintf(_n('%s follower', '%s followers', $lead->followers, 'leadtap'), number_format_i18n($lead->followers)));
            }
            ?>
        </li>
        <li>
            <?php
            /* translators: %s: date and time */
            echo esc_html(sprintf(__('Newest login: %s', 'leadtap'), Words::time($lead->lastLoginTime)));
            ?>
        </li>
        <li>
            <?php
            /* translators: %s: such as "Given" or "None" */
            echo esc_html(sprintf(__('Consent: %s', 'leadtap'), Words::consent($lead)));
            ?>
        </li>
        <li>
            <?php
            /* translators: %s: such as "Working" or "Expired" */
            echo esc_html(sprintf(__('Access token: %s', 'leadtap'), Words::tokenState($lead->tokenState)));
            ?>
        </li>
    </ul>
<?php endif; ?>
