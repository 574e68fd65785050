<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * Bytes that are no message, or a message that cannot become bytes. Calls turn
 * it into a {@see LeadtapException}; only who uses the codec directly meets it.
 */
final class MalformedMessage extends \RuntimeException
{
}
