<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

/** Where WordPress would end the request: `wp_die`, or a redirect before an `exit`. */
final class Stopped extends \RuntimeException
{
}
