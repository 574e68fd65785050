<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** Somebody changed the lead after it was read: read it again and decide anew. */
final class EtagMismatch extends CallFailed
{
}
