<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The call took longer than its deadline. It may still take effect. */
final class DeadlineExceeded extends CallFailed
{
}
