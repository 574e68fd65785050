<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The daemon cannot be reached, or cannot work at the moment. */
class Unavailable extends CallFailed
{
}
