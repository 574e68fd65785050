<?php
// What a page tells a shopper at its top, once.

declare(strict_types=1);

/** @param array<string, mixed> $data */
function wc_add_notice(string $message, string $type = 'success', array $data = []): void
{
    $notices = (array) WC()->session->get('notices', []);
    $notices[$type][] = ['notice' => $message, 'data' => $data];
    WC()->session->set('notices', $notices);
}

function wc_has_notice(string $message, string $type = 'success'): bool
{
    return in_array($message, array_column(wc_get_notices($type), 'notice'), true);
}

function wc_notice_count(string $type = ''): int
{
    return $type === '' ? array_sum(array_map('count', wc_get_notices())) : count(wc_get_notices($type));
}

/** @return array<mixed> */
function wc_get_notices(string $type = ''): array
{
    $notices = (array) WC()->session->get('notices', []);
    return $type === '' ? $notices : (array) ($notices[$type] ?? []);
}

function wc_clear_notices(): void
{
    WC()->session->set('notices', null);
}

function wc_kses_notice(string $message): string
{
    return wp_kses_post($message);
}

/** @return string|void */
function wc_print_notices($return = false)
{
    $html = '';
    foreach (WC()->session === null ? [] : wc_get_notices() as $type => $notices) {
        foreach ($notices as $notice) {
            $html .= stand_in_notice((string) $notice['notice'], (string) $type);
        }
    }
    if ($html !== '') {
        wc_clear_notices();
    }
    $html = '<div class="woocommerce-notices-wrapper">' . $html . '</div>';
    if ($return === true) {
        return $html;
    }
    echo $html;
}

/** @return string|void */
function wc_print_notice(string $message, string $type = 'success', array $data = [], bool $return = false)
{
    $html = stand_in_notice($message, $type);
    if ($return) {
        return $html;
    }
    echo $html;
}

function stand_in_notice(string $message, string $type): string
{
    $class = ['error' => 'woocommerce-error', 'notice' => 'woocommerce-info'][$type] ?? 'woocommerce-message';
    $role = $type === 'error' ? 'alert' : 'status';
    return sprintf('<div class="%s" role="%s">%s</div>', $class, $role, wc_kses_notice($message));
}
