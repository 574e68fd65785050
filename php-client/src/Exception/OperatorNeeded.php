<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** Somebody has to act on the daemon, its configuration or the app in Meta's dashboard; the message says what. */
class OperatorNeeded extends CallFailed
{
}
