<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** The machine that PHP runs on, as far as a connection test has to know it. */
interface Host
{
    /** The numbers that connect(2) has on every Linux. */
    public const CONNECTED = 0;
    public const NO_SUCH_FILE = 2;
    public const NO_PERMISSION = 13;
    public const REFUSED = 111;

    /** Connects and hangs up; says how that went: 0, or the system's error number; -1 where it is unknown. */
    public function connect(string $target): int;

    /** The name of the user that PHP runs as; empty: nobody knows. */
    public function user(): string;

    /** Its number; null: nobody knows. */
    public function uid(): ?int;

    /** The group of a file; empty: nobody may know. */
    public function group(string $path): string;

    /** `cli`, `fpm-fcgi`, `apache2handler`, … */
    public function interface(): string;

    public function has(string $function): bool;

    public function openBasedir(): string;
}
