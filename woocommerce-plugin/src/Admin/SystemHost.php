<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** This machine. */
final class SystemHost implements Host
{
    /** A daemon on this machine answers in microseconds; an admin need not wait longer for one that does not. */
    private const CONNECT_SECONDS = 1.0;

    public function connect(string $target): int
    {
        $stream = @stream_socket_client($target, $number, $text, self::CONNECT_SECONDS);
        if ($stream === false) {
            return $number === 0 ? -1 : (int) $number;
        }
        fclose($stream);

        return self::CONNECTED;
    }

    public function user(): string
    {
        $uid = $this->uid();
        if ($uid === null || !$this->has('posix_getpwuid')) {
            return '';
        }
        $user = posix_getpwuid($uid);

        return is_array($user) ? $user['name'] : '';
    }

    public function uid(): ?int
    {
        if ($this->has('posix_geteuid')) {
            return posix_geteuid();
        }
        // `getmyuid` tells the owner of the script. A new file belongs to the process.
        $file = @tempnam(get_temp_dir(), 'leadtap');
        if ($file === false) {
            return null;
        }
        $owner = @fileowner($file);
        @unlink($file);

        return $owner === false ? null : $owner;
    }

    public function group(string $path): string
    {
        $number = @filegroup($path);
        if ($number === false) {
            return '';
        }
        $group = $this->has('posix_getgrgid') ? posix_getgrgid($number) : false;

        return is_array($group) ? $group['name'] : (string) $number;
    }

    public function interface(): string
    {
        return PHP_SAPI;
    }

    public function has(string $function): bool
    {
        // What `disable_functions` names does not exist from PHP 8 on; before, it only fails.
        $disabled = array_map('trim', explode(',', (string) ini_get('disable_functions')));

        return function_exists($function) && !in_array($function, $disabled, true);
    }

    public function openBasedir(): string
    {
        return (string) ini_get('open_basedir');
    }
}
