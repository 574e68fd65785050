<?php

// Which of PHP's functions the generated client finds: its namespace is asked first.

declare(strict_types=1);

namespace Leadtap\WooCommerce\Client;

use Leadtap\WooCommerce\Tests\Support\WordPress;

function function_exists(string $function): bool
{
    return !in_array($function, WordPress::$missingFunctions, true) && \function_exists($function);
}
