<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** Instagram cannot be reached, or answers with nonsense. */
final class InstagramUnavailable extends Unavailable
{
}
