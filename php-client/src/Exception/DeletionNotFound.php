<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** This site knows no deletion with that confirmation code. */
final class DeletionNotFound extends CallFailed
{
}
