<?php

/**
 * What a check found.
 *
 * @var array{findings: list<\Leadtap\WooCommerce\Admin\Finding>} $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\Finding;

defined('ABSPATH') || exit;

$marks = [
    Finding::GOOD => ['yes-alt', __('Good:', 'leadtap')],
    Finding::WARNING => ['warning', __('Warning:', 'leadtap')],
    Finding::BAD => ['dismiss', __('Wrong:', 'leadtap')],
];
?>
<ul class="leadtap-findings">
    <?php foreach ($view['findings'] as $finding) : ?>
        <li class="leadtap-finding leadtap-finding-<?php echo esc_attr($finding->level); ?>">
            <span class="dashicons dashicons-<?php echo esc_attr($marks[$finding->level][0]); ?>" aria-hidden="true"></span>
            <div>
                <p>
                    <strong><?php echo esc_html($marks[$finding->level][1]); ?></strong>
                    <?php echo esc_html($finding->what); ?>
                </p>
                <?php if ($finding->todo !== '') : ?>
                    <p><?php echo esc_html($finding->todo); ?></p>
                <?php endif; ?>
                <?php if ($finding->code !== '') : ?>
                    <pre dir="ltr"><code><?php echo esc_html($finding->code); ?></code></pre>
                <?php endif; ?>
            </div>
        </li>
    <?php endforeach; ?>
</ul>
