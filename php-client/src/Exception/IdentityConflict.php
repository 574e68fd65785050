<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** Instagram's two ids belong to two different leads. Nobody was logged in. */
final class IdentityConflict extends OperatorNeeded
{
}
