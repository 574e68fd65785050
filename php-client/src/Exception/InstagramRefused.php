<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** Instagram refuses the app, its configuration or the account. */
final class InstagramRefused extends OperatorNeeded
{
}
