<?php

// WordPress's hooks: priorities, order of adding, numbers of arguments.

declare(strict_types=1);

use Leadtap\WooCommerce\Tests\Support\WordPress;

function add_filter(string $hook, callable $callback, int $priority = 10, int $arguments = 1): bool
{
    WordPress::$hooks[$hook][$priority][] = [$callback, $arguments];

    return true;
}

function add_action(string $hook, callable $callback, int $priority = 10, int $arguments = 1): bool
{
    return add_filter($hook, $callback, $priority, $arguments);
}

function remove_filter(string $hook, callable $callback, int $priority = 10): bool
{
    $before = WordPress::$hooks[$hook][$priority] ?? [];
    WordPress::$hooks[$hook][$priority] = array_values(
        array_filter($before, static fn (array $entry) => $entry[0] !== $callback)
    );

    return count(WordPress::$hooks[$hook][$priority]) < count($before);
}

/**
 * @param mixed $value
 * @param mixed ...$more
 *
 * @return mixed
 */
function apply_filters(string $hook, $value, ...$more)
{
    $callbacks = WordPress::$hooks[$hook] ?? [];
    ksort($callbacks);
    foreach ($callbacks as $entries) {
        foreach ($entries as [$callback, $count]) {
            $value = $callback(...array_slice([$value, ...$more], 0, $count));
        }
    }

    return $value;
}

/** @param mixed ...$arguments */
function do_action(string $hook, ...$arguments): void
{
    $callbacks = WordPress::$hooks[$hook] ?? [];
    ksort($callbacks);
    foreach ($callbacks as $entries) {
        foreach ($entries as [$callback, $count]) {
            $callback(...array_slice($arguments, 0, $count));
        }
    }
}

function __return_false(): bool
{
    return false;
}

function wp_robots_no_robots(): void
{
}
