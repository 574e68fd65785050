<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The `state` is unknown: made up, another site's, or expired long ago. */
final class AuthorizationNotFound extends LoginOver
{
}
