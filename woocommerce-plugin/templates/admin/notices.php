<?php

/**
 * What was done on the page before.
 *
 * @var array{notices: list<array{string, string}>} $view
 */

declare(strict_types=1);

defined('ABSPATH') || exit;

foreach ($view['notices'] as [$level, $sentence]) : ?>
    <div class="notice notice-<?php echo $level === 'success' ? 'success' : 'error'; ?> is-dismissible" role="<?php echo $level === 'success' ? 'status' : 'alert'; ?>">
        <p><?php echo esc_html($sentence); ?></p>
    </div>
<?php endforeach; ?>
