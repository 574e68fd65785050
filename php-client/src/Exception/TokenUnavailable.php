<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The lead has no access token that may be used or refreshed now; the reason and the message say why. */
final class TokenUnavailable extends CallFailed
{
}
