<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

/** A request is answered; nothing after it runs, as after `exit`. */
final class Answered extends \Exception
{
}
