<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The shopper came back too late. */
final class AuthorizationExpired extends LoginOver
{
}
