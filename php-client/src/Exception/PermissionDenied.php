<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The caller lacks a permission in the daemon's configuration. */
final class PermissionDenied extends OperatorNeeded
{
}
