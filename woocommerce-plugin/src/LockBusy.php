<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** Another request holds the lock for longer than anybody should wait. */
final class LockBusy extends \RuntimeException
{
}
