<?php

/**
 * What to look for among the leads.
 *
 * @var array{filter: \Leadtap\WooCommerce\Admin\LeadFilter, order: string, days: int} $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\LeadFilter;
use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Admin\Words;
use Leadtap\WooCommerce\Gateway\TokenStates;

defined('ABSPATH') || exit;

$filter = $view['filter'];
$any = __('Any', 'leadtap');
$choices = [
    'account_type' => [__('Account', 'leadtap'), $filter->accountType, array_combine(LeadFilter::ACCOUNT_TYPES, array_map([Words::class, 'accountType'], LeadFilter::ACCOUNT_TYPES))],
    'token_state' => [__('Access token', 'leadtap'), $filter->tokenState, array_combine(TokenStates::ALL, array_map([Words::class, 'tokenState'], TokenStates::ALL)) + [TokenStates::NONE => Words::tokenState(TokenStates::NONE)]],
    'consent' => [__('Consent', 'leadtap'), $filter->consent, ['given' => __('Given', 'leadtap'), 'none' => __('None', 'leadtap'), 'withdrawn' => __('Withdrawn', 'leadtap')]],
    'email' => [__('E-mail address', 'leadtap'), $filter->email, ['known' => __('Known', 'leadtap'), 'none' => __('None', 'leadtap')]],
    'order' => [__('Order', 'leadtap'), $view['order'], [
        'create_time desc' => __('Newest leads first', 'leadtap'),
        'create_time asc' => __('Oldest leads first', 'leadtap'),
        'last_login_time desc' => __('Newest logins first', 'leadtap'),
        'last_login_time asc' => __('Oldest logins first', 'leadtap'),
    ]],
];
?>
<form class="leadtap-filter" method="get" action="<?php echo esc_url(admin_url('admin.php')); ?>" role="search">
    <input type="hidden" name="page" value="<?php echo esc_attr(Pages::LEADS); ?>">
    <input type="hidden" name="days" value="<?php echo esc_attr((string) $view['days']); ?>">
    <p class="leadtap-field leadtap-field-search">
        <label for="leadtap-search"><?php esc_html_e('Username, name, e-mail address, telephone number or id', 'leadtap'); ?></label>
        <input type="search" id="leadtap-search" name="search" maxlength="<?php echo esc_attr((string) LeadFilter::SEARCH_CHARACTERS); ?>" value="<?php echo esc_attr($filter->search); ?>">
    </p>
    <?php foreach ($choices as $name => [$label, $chosen, $options]) : ?>
        <p class="leadtap-field">
            <label for="leadtap-<?php echo esc_attr($name); ?>"><?php echo esc_html($label); ?></label>
            <select id="leadtap-<?php echo esc_attr($name); ?>" name="<?php echo esc_attr($name); ?>">
                <?php if ($name !== 'order') : ?>
                    <option value=""><?php echo esc_html($any); ?></option>
                <?php endif; ?>
                <?php foreach ($options as $value => $text) : ?>
                    <option value="<?php echo esc_attr($value); ?>" <?php selected($chosen, $value); ?>><?php echo esc_html($text); ?></option>
                <?php endforeach; ?>
            </select>
        </p>
    <?php endforeach; ?>
    <p class="leadtap-field">
        <label for="leadtap-since"><?php esc_html_e('First login from', 'leadtap'); ?></label>
        <input type="date" id="leadtap-since" name="since" value="<?php echo esc_attr($filter->since); ?>">
    </p>
    <p class="leadtap-field">
        <label for="leadtap-until"><?php esc_html_e('First login until', 'leadtap'); ?></label>
        <input type="date" id="leadtap-until" name="until" value="<?php echo esc_attr($filter->until); ?>">
    </p>
    <p class="leadtap-field leadtap-field-buttons">
        <button type="submit" class="button button-primary"><?php esc_html_e('Show', 'leadtap'); ?></button>
        <?php if (!$filter->isEmpty()) : ?>
            <a class="button" href="<?php echo esc_url(Pages::leads()); ?>"><?php esc_html_e('Show all', 'leadtap'); ?></a>
        <?php endif; ?>
    </p>
</form>
