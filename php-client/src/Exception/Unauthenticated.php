<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The daemon does not know this caller. */
final class Unauthenticated extends OperatorNeeded
{
}
