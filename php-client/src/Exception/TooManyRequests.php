<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** A limit is used up, the daemon's or Instagram's: {@see retryAfter()} says for how long. */
final class TooManyRequests extends CallFailed
{
}
