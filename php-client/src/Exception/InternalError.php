<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** A fault of the daemon's own, or an answer that makes no sense. The request id leads to its log. */
final class InternalError extends OperatorNeeded
{
}
