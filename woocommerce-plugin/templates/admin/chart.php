<?php

/**
 * New leads and logins by day, and how the tokens are.
 *
 * @var array{
 *     statistics: \Leadtap\WooCommerce\Gateway\Statistics,
 *     days: int,
 *     query: array<string, string>
 * } $view
 */

declare(strict_types=1);

use Leadtap\WooCommerce\Admin\Chart;
use Leadtap\WooCommerce\Admin\Days;
use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Admin\Words;
use Leadtap\WooCommerce\Gateway\TokenStates;

defined('ABSPATH') || exit;

$statistics = $view['statistics'];
$days = $statistics->days;
$format = (string) get_option('date_format');
$newLeads = array_sum(array_map(static fn ($day) => $day->newLeads, $days));
$logins = array_sum(array_map(static fn ($day) => $day->logins, $days));
$top = Chart::top($days);
$day = static fn (int $number) => $days === [] ? '' : (string) wp_date($format, $days[$number]->start);
?>
<div class="leadtap-overview">
    <section class="leadtap-card leadtap-chart" aria-labelledby="leadtap-chart-heading">
        <h2 id="leadtap-chart-heading">
            <?php
            /* translators: %s: number of days */
            echo esc_html(sprintf(_n('The last %s day', 'The last %s days', $view['days'], 'leadtap'), number_format_i18n($view['days'])));
            ?>
        </h2>
        <nav class="leadtap-chart-range" aria-label="<?php esc_attr_e('Days of the chart', 'leadtap'); ?>">
            <?php foreach (Days::CHOICES as $choice) : ?>
                <a href="<?php echo esc_url(Pages::leads(['days' => (string) $choice] + $view['query'])); ?>"
                    <?php echo $choice === $view['days'] ? 'aria-current="true" class="button button-primary"' : 'class="button"'; ?>>
                    <?php
                    /* translators: %s: number of days */
                    echo esc_html(sprintf(_n('%s day', '%s days', $choice, 'leadtap'), number_format_i18n($choice)));
                    ?>
                </a>
            <?php endforeach; ?>
        </nav>
        <p class="leadtap-legend" id="leadtap-chart-title">
            <span class="leadtap-key leadtap-key-logins">
                <?php
                /* translators: %s: a number */
                echo esc_html(sprintf(__('Logins: %s', 'leadtap'), number_format_i18n($logins)));
                ?>
            </span>
            <span class="leadtap-key leadtap-key-new">
                <?php
                /* translators: %s: a number */
                echo esc_html(sprintf(__('New leads: %s', 'leadtap'), number_format_i18n($newLeads)));
                ?>
            </span>
        </p>
        <div class="leadtap-chart-frame" dir="ltr">
            <div class="leadtap-chart-scale" aria-hidden="true">
                <span><?php echo esc_html(number_format_i18n($top)); ?></span>
                <span><?php echo esc_html(number_format_i18n(intdiv($top, 2))); ?></span>
                <span>0</span>
            </div>
            <?php echo Chart::svg($days, 'leadtap-chart-title'); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- numbers alone, and an escaped id ?>
            <div class="leadtap-chart-days" aria-hidden="true">
                <span><?php echo esc_html($day(0)); ?></span>
                <span><?php echo esc_html($day(max(0, count($days) - 1))); ?></span>
            </div>
        </div>
        <details>
            <summary><?php esc_html_e('The same as a table', 'leadtap'); ?></summary>
            <table class="widefat striped">
                <thead>
                    <tr>
                        <th scope="col"><?php esc_html_e('Day', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('Logins', 'leadtap'); ?></th>
                        <th scope="col"><?php esc_html_e('New leads', 'leadtap'); ?></th>
                    </tr>
                </thead>
                <tbody>
                    <?php foreach (array_reverse($days) as $one) : ?>
                        <tr>
                            <th scope="row"><?php echo esc_html((string) wp_date($format, $one->start)); ?></th>
                            <td><?php echo esc_html(number_format_i18n($one->logins)); ?></td>
                            <td><?php echo esc_html(number_format_i18n($one->newLeads)); ?></td>
                        </tr>
                    <?php endforeach; ?>
                </tbody>
            </table>
        </details>
    </section>
    <section class="leadtap-card leadtap-tokens" aria-labelledby="leadtap-tokens-heading">
        <h2 id="leadtap-tokens-heading"><?php esc_html_e('Access tokens', 'leadtap'); ?></h2>
        <?php if ($statistics->tokenTime === null) : ?>
            <p><?php esc_html_e('The daemon has just started and has not counted them yet. Load the page again in a minute.', 'leadtap'); ?></p>
        <?php else : ?>
            <ul>
                <?php foreach (TokenStates::ALL as $state) : ?>
                    <li class="leadtap-token leadtap-token-<?php echo esc_attr($state); ?>">
                        <a href="<?php echo esc_url(Pages::leads(['token_state' => $state])); ?>"><?php echo esc_html(Words::tokenState($state)); ?></a>
                        <strong><?php echo esc_html(number_format_i18n($statistics->tokensIn($state))); ?></strong>
                    </li>
                <?php endforeach; ?>
            </ul>
            <p class="description">
                <?php
                /* translators: %s: date and time */
                echo esc_html(sprintf(__('Counted %s, once an hour. A person whose token ended gets a new one with the next login.', 'leadtap'), Words::time($statistics->tokenTime)));
                ?>
            </p>
        <?php endif; ?>
    </section>
</div>
