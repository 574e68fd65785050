<?php

/**
 * The list of leads.
 *
 * @var array{
 *     notices: list<array{string, string}>,
 *     filter: \Leadtap\WooCommerce\Admin\LeadFilter,
 *     order: string,
 *     days: int,
 *     query: array<string, string>,
 *     page: \Leadtap\WooCommerce\Gateway\LeadPage|null,
 *     statistics: \Leadtap\WooCommerce\Gateway\Statistics|null,
 *     failure: \Leadtap\WooCommerce\Gateway\GatewayFailure|null,
 *     next?: string,
 *     back?: string,
 *     isFirst?: bool
 * } $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\Export;
use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Admin\Template;
use Leadtap\WooCommerce\Admin\Words;

defined('ABSPATH') || exit;

$export = wp_nonce_url(add_query_arg(array_map('rawurlencode', ['action' => Export::ACTION] + $view['filter']->query()), admin_url('admin-post.php')), Export::ACTION);
?>
<div class="wrap leadtap">
    <h1 class="wp-heading-inline"><?php esc_html_e('Instagram leads', 'leadtap'); ?></h1>
    <a class="page-title-action" href="<?php echo esc_url($export); ?>">
        <?php echo $view['filter']->isEmpty() ? esc_html__('Export all as CSV', 'leadtap') : esc_html__('Export these as CSV', 'leadtap'); ?>
    </a>
    <a class="page-title-action" href="<?php echo esc_url(Pages::settings()); ?>"><?php esc_html_e('Settings', 'leadtap'); ?></a>
    <hr class="wp-header-end">
    <?php
    Template::show('notices', $view);
    if ($view['failure'] !== null) {
        Template::show('failure', $view);
    }
    if ($view['statistics'] !== null) {
        Template::show('chart', $view);
    }
    Template::show('filter', $view);
    ?>
    <?php if ($view['page'] === null) : ?>
        <p><a class="button" href="<?php echo esc_url(Pages::leads($view['query'])); ?>"><?php esc_html_e('First page', 'leadtap'); ?></a></p>
    <?php else : ?>
        <?php if ($view['page']->leads === []) : ?>
            <p class="leadtap-empty">
                <?php
                if ($view['page']->nextToken !== '') {
                    esc_html_e('None among the leads that were looked at so far. The search can go on.', 'leadtap');
                } elseif ($view['filter']->isEmpty() && $view['isFirst']) {
                    esc_html_e('Nobody has continued with Instagram yet. Whoever does is listed here.', 'leadtap');
                } else {
                    esc_html_e('No lead is like that.', 'leadtap');
                }
                ?>
            </p>
        <?php else : ?>
            <table class="widefat striped leadtap-leads">
                <caption class="screen-reader-text"><?php esc_html_e('Leads', 'leadtap'); ?></caption>
                <thead>
                    <tr>
                        <th scope="col"><?php esc_html_e('Person', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('E-mail address', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('Account', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('Consent', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('First login', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('Newest login', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('Access token', 'leadtap'); ?></th>
                    </tr>
                </thead>
                <tbody>
                    <?php foreach ($view['page']->leads as $lead) : ?>
                        <tr>
                            <th scope="row" data-label="<?php esc_attr_e('Person', 'leadtap'); ?>">
                                <a class="row-title" href="<?php echo esc_url(Pages::leads(['lead' => $lead->leadId])); ?>"><bdi><?php echo esc_html(Words::person($lead)); ?></bdi></a>
                                <?php if ($lead->username !== '') : ?>
                                    <span class="leadtap-handle"><bdi dir="ltr">@<?php echo esc_html($lead->username); ?></bdi></span>
                                <?php endif; ?>
                            </th>
                            <td data-label="<?php esc_attr_e('E-mail address', 'leadtap'); ?>">
                                <?php if ($lead->email === '') : ?>
                                    <span aria-hidden="true">—</span><span class="screen-reader-text"><?php esc_html_e('None', 'leadtap'); ?></span>
                                <?php else : ?>
                                    <bdi dir="ltr"><?php echo esc_html($lead->email); ?></bdi>
                                    <small><?php echo $lead->emailVerifiedTime === null ? esc_html__('not confirmed', 'leadtap') : esc_html__('confirmed', 'leadtap'); ?></small>
                                <?php endif; ?>
                            </td>
                            <td data-label="<?php esc_attr_e('Account', 'leadtap'); ?>">
                                <?php echo esc_html(Words::accountType($lead->accountType)); ?>
                                <?php if ($lead->followers !== null) : ?>
                                    <small>
                                        <?php
                                        /* translators: %s: a number */
                                        echo esc_html(sprintf(_n('%s follower', '%s followers', $lead->followers, 'leadtap'), number_format_i18n($lead->followers)));
                                        ?>
                                    </small>
                                <?php endif; ?>
                            </td>
                            <td data-label="<?php esc_attr_e('Consent', 'leadtap'); ?>"><?php echo esc_html(Words::consent($lead)); ?></td>
                            <td data-label="<?php esc_attr_e('First login', 'leadtap'); ?>"><?php echo esc_html(Words::time($lead->createTime)); ?></td>
                            <td data-label="<?php esc_attr_e('Newest login', 'leadtap'); ?>">
                                <?php echo esc_html(Words::time($lead->lastLoginTime)); ?>
                                <small>
                                    <?php
                                    /* translators: %s: a number */
                                    echo esc_html(sprintf(_n('%s login', '%s logins', $lead->loginCount, 'leadtap'), number_format_i18n($lead->loginCount)));
                                    ?>
                                </small>
                            </td>
                            <td data-label="<?php esc_attr_e('Access token', 'leadtap'); ?>">
                                <span class="leadtap-token leadtap-token-<?php echo esc_attr($lead->tokenState); ?>"><?php echo esc_html(Words::tokenState($lead->tokenState)); ?></span>
                            </td>
                        </tr>
                    <?php endforeach; ?>
                </tbody>
            </table>
        <?php endif; ?>
        <nav class="leadtap-pages" aria-label="<?php esc_attr_e('Pages of leads', 'leadtap'); ?>">
            <?php if (!$view['isFirst']) : ?>
                <a class="button" href="<?php echo esc_url(Pages::leads($view['query'])); ?>"><?php esc_html_e('First page', 'leadtap'); ?></a>
                <a class="button" rel="prev" href="<?php echo esc_url($view['back']); ?>"><?php esc_html_e('Previous page', 'leadtap'); ?></a>
            <?php endif; ?>
            <?php if ($view['next'] !== '') : ?>
                <a class="button" rel="next" href="<?php echo esc_url($view['next']); ?>">
                    <?php echo count($view['page']->leads) < \Leadtap\WooCommerce\Admin\LeadFinder::PAGE_SIZE ? esc_html__('Go on searching', 'leadtap') : esc_html__('Next page', 'leadtap'); ?>
                </a>
            <?php endif; ?>
        </nav>
    <?php endif; ?>
</div>
