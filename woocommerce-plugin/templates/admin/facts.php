<?php

/**
 * What is known of a lead.
 *
 * @var array{lead: \Leadtap\WooCommerce\Gateway\LeadRecord} $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\Words;

defined('ABSPATH') || exit;

$lead = $view['lead'];
$email = $lead->email === '' ? '' : $lead->email . ' (' . ($lead->emailVerifiedTime === null
    ? __('not confirmed', 'leadtap')
    /* translators: %s: date and time */
    : sprintf(__('confirmed %s', 'leadtap'), Words::time($lead->emailVerifiedTime))) . ')';
$consent = Words::consent($lead);
if ($lead->consentVersion !== '') {
    /* translators: 1: date and time, 2: where, such as "checkout" */
    $consent .= ', ' . sprintf($lead->consentSource === '' ? '%1$s' : __('%1$s, at %2$s', 'leadtap'), Words::time($lead->consentTime), $lead->consentSource);
}
$token = Words::tokenState($lead->tokenState);
if ($lead->tokenEndReason !== '') {
    $token .= '. ' . Words::tokenEnd($lead->tokenEndReason);
} elseif ($lead->tokenExpireTime !== null) {
    /* translators: %s: date and time */
    $token .= ', ' . sprintf(__('good until %s unless it is renewed', 'leadtap'), Words::time($lead->tokenExpireTime));
}
$rows = [
    __('Username', 'leadtap') => $lead->username === '' ? '' : '@' . $lead->username,
    __('Name on Instagram', 'leadtap') => $lead->name,
    __('Account', 'leadtap') => Words::accountType($lead->accountType),
    __('Followers', 'leadtap') => $lead->followers === null ? '' : number_format_i18n($lead->followers),
    __('Posts', 'leadtap') => $lead->posts === null ? '' : number_format_i18n($lead->posts),
    __('E-mail address', 'leadtap') => $email,
    __('Full name', 'leadtap') => $lead->fullName,
    __('Telephone number', 'leadtap') => $lead->phone,
    __('Consent', 'leadtap') => $consent,
    __('First login', 'leadtap') => $lead->isImported && $lead->lastLoginTime === null
        /* translators: %s: date and time */
        ? sprintf(__('None: the access token was imported %s', 'leadtap'), Words::time($lead->createTime))
        : Words::time($lead->createTime),
    /* translators: 1: date and time, 2: a number */
    __('Newest login', 'leadtap') => $lead->lastLoginTime === null ? '' : sprintf(_n('%1$s (%2$s login)', '%1$s (%2$s logins)', $lead->loginCount, 'leadtap'), Words::time($lead->lastLoginTime), number_format_i18n($lead->loginCount)),
    __('Access token', 'leadtap') => $token,
    __('Instagram ids', 'leadtap') => implode(', ', array_filter([$lead->scopedId, $lead->userId])),
    __('Lead', 'leadtap') => $lead->leadId,
];
?>
<table class="widefat striped leadtap-facts">
    <tbody>
        <?php foreach (array_filter($rows, static fn ($value) => $value !== '') as $name => $value) : ?>
            <tr>
                <th scope="row"><?php echo esc_html($name); ?></th>
                <td><bdi><?php echo esc_html($value); ?></bdi></td>
            </tr>
        <?php endforeach; ?>
        <?php foreach ($lead->attributes as $key => $value) : ?>
            <tr>
                <th scope="row"><code><?php echo esc_html((string) $key); ?></code></th>
                <td><bdi><?php echo esc_html($value); ?></bdi></td>
            </tr>
        <?php endforeach; ?>
    </tbody>
</table>
