<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/** Answers programs, and ends the request. */
interface JsonResponder
{
    /** @param array<string, scalar> $fields */
    public function json(int $status, array $fields): void;
}
