<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The callback came back in another browser than the login began in, or its cookie is gone. */
final class BrowserBindingMismatch extends LoginOver
{
}
