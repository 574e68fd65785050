<?php

/**
 * One lead.
 *
 * @var array{
 *     notices: list<array{string, string}>,
 *     lead: \Leadtap\WooCommerce\Gateway\LeadRecord|null,
 *     failure: \Leadtap\WooCommerce\Gateway\GatewayFailure|null,
 *     users: list<\WP_User>
 * } $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\LeadActions;
use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Admin\Template;
use Leadtap\WooCommerce\Admin\Words;

defined('ABSPATH') || exit;

$lead = $view['lead'];
?>
<div class="wrap leadtap">
    <h1 class="wp-heading-inline"><bdi><?php echo esc_html($lead === null ? __('Lead', 'leadtap') : Words::person($lead)); ?></bdi></h1>
    <a class="page-title-action" href="<?php echo esc_url(Pages::leads()); ?>"><?php esc_html_e('All leads', 'leadtap'); ?></a>
    <hr class="wp-header-end">
    <?php
    Template::show('notices', $view);
    if ($view['failure'] !== null) {
        Template::show('failure', $view);
    }
    ?>
    <?php if ($lead === null && $view['failure'] === null) : ?>
        <p><?php esc_html_e('There is no such lead; it may have been erased before.', 'leadtap'); ?></p>
    <?php elseif ($lead !== null) : ?>
        <?php Template::show('facts', $view); ?>
        <h2><?php esc_html_e('Account of the shop', 'leadtap'); ?></h2>
        <?php if ($view['users'] === []) : ?>
            <p><?php esc_html_e('No account is linked with this lead.', 'leadtap'); ?></p>
        <?php else : ?>
            <ul>
                <?php foreach ($view['users'] as $user) : ?>
                    <li>
                        <?php if (current_user_can('edit_user', $user->ID)) : ?>
                            <a href="<?php echo esc_url(get_edit_user_link($user->ID)); ?>"><?php echo esc_html($user->display_name); ?></a>
                        <?php else : ?>
                            <?php echo esc_html($user->display_name); ?>
                        <?php endif; ?>
                    </li>
                <?php endforeach; ?>
            </ul>
        <?php endif; ?>
        <h2><?php esc_html_e('Everything that is held', 'leadtap'); ?></h2>
        <p><?php esc_html_e('For whoever asks what the shop knows about them. The access token is not in it. What WooCommerce itself keeps is in Tools > Export Personal Data.', 'leadtap'); ?></p>
        <form method="post" action="<?php echo esc_url(admin_url('admin-post.php')); ?>">
            <input type="hidden" name="action" value="<?php echo esc_attr(LeadActions::PERSON); ?>">
            <input type="hidden" name="lead" value="<?php echo esc_attr($lead->leadId); ?>">
            <?php wp_nonce_field(LeadActions::PERSON . $lead->leadId); ?>
            <button type="submit" class="button"><?php esc_html_e('Download as JSON', 'leadtap'); ?></button>
        </form>
        <h2><?php esc_html_e('Erase', 'leadtap'); ?></h2>
        <p><?php esc_html_e('Erases the lead, its access token and what its logins said, and takes the link with the account of the shop away. Nothing brings it back. The account stays, with its orders; its owner logs in with the e-mail address from then on.', 'leadtap'); ?></p>
        <form method="post" action="<?php echo esc_url(admin_url('admin-post.php')); ?>" class="leadtap-erase">
            <input type="hidden" name="action" value="<?php echo esc_attr(LeadActions::ERASE); ?>">
            <input type="hidden" name="lead" value="<?php echo esc_attr($lead->leadId); ?>">
            <?php wp_nonce_field(LeadActions::ERASE . $lead->leadId); ?>
            <p>
                <label>
                    <input type="checkbox" name="confirmed" value="1" required>
                    <?php
                    /* translators: %s: name of a person */
                    echo esc_html(sprintf(__('Yes, erase everything about %s', 'leadtap'), Words::person($lead)));
                    ?>
                </label>
            </p>
            <button type="submit" class="button button-link-delete"><?php esc_html_e('Erase this lead', 'leadtap'); ?></button>
        </form>
    <?php endif; ?>
</div>
