<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Routing\JsonResponder;

/** An answer to a program, kept. */
final class KeptAnswer implements JsonResponder
{
    public int $status = 0;

    /** @var array<string, scalar> */
    public array $fields = [];

    public function json(int $status, array $fields): void
    {
        $this->status = $status;
        $this->fields = $fields;
    }
}
