<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

/** Another request holds the lock for longer than anybody should wait. */
final class LockBusy extends \RuntimeException
{
}
