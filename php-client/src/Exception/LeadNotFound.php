<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** This site has no such lead. */
final class LeadNotFound extends CallFailed
{
}
