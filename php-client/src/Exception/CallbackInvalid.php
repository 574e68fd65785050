<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The callback is not one that Instagram sends. */
final class CallbackInvalid extends LoginOver
{
}
