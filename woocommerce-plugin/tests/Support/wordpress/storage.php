<?php

// Options, transients and user meta, in memory.

declare(strict_types=1);

use Leadtap\WooCommerce\Tests\Support\WordPress;

/**
 * @param mixed $default
 *
 * @return mixed
 */
function get_option(string $name, $default = false)
{
    return WordPress::$options[$name] ?? $default;
}

/** @param mixed $value */
function update_option(string $name, $value): bool
{
    WordPress::$options[$name] = $value;

    return true;
}

function delete_option(string $name): bool
{
    $was = isset(WordPress::$options[$name]);
    unset(WordPress::$options[$name]);

    return $was;
}

/** @return mixed */
function get_transient(string $name)
{
    $kept = WordPress::$transients[$name] ?? null;

    return $kept === null || $kept['until'] <= WordPress::$now ? false : $kept['value'];
}

/** @param mixed $value */
function set_transient(string $name, $value, int $seconds): bool
{
    if (strlen($name) > 172) {
        throw new LengthException('the name of a transient has at most 172 characters');
    }
    WordPress::$transients[$name] = ['value' => $value, 'until' => WordPress::$now + $seconds];

    return true;
}

function delete_transient(string $name): bool
{
    $was = isset(WordPress::$transients[$name]);
    unset(WordPress::$transients[$name]);

    return $was;
}

/** @return mixed */
function get_user_meta(int $user, string $key = '', bool $single = false)
{
    if ($key === '') {
        return array_map(static fn ($value) => [$value], WordPress::$meta[$user] ?? []);
    }
    if (!$single) {
        throw new LogicException('this fake knows single values alone');
    }

    if (preg_match('/^wp_([0-9]+)_capabilities$/D', $key, $parts) === 1) {
        return array_fill_keys(WordPress::$elsewhere[$user][(int) $parts[1]], true);
    }

    return WordPress::$meta[$user][$key] ?? '';
}

/** @param mixed $value */
function update_user_meta(int $user, string $key, $value): bool
{
    WordPress::$meta[$user][$key] = $value;

    return true;
}

function delete_user_meta(int $user, string $key): bool
{
    $was = isset(WordPress::$meta[$user][$key]);
    unset(WordPress::$meta[$user][$key]);

    return $was;
}

/** These fakes keep no copies that could be old. */
function wp_cache_delete(int $key, string $group): bool
{
    return true;
}
