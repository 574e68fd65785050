<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Admin\Host;

/** A machine on which everything is as it should be, until a test says otherwise. */
final class FakeHost implements Host
{
    public int $connect = self::CONNECTED;

    public string $openBasedir = '';

    public string $group = 'leadtap';

    /** @var list<string> */
    public array $missing = [];

    /** @var list<string> */
    public array $tried = [];

    public function connect(string $target): int
    {
        $this->tried[] = $target;

        return $this->connect;
    }

    public function user(): string
    {
        return 'www-data';
    }

    public function uid(): ?int
    {
        return 33;
    }

    public function group(string $path): string
    {
        return $this->group;
    }

    public function interface(): string
    {
        return 'fpm-fcgi';
    }

    public function has(string $function): bool
    {
        return !in_array($function, $this->missing, true);
    }

    public function openBasedir(): string
    {
        return $this->openBasedir;
    }
}
