<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** What helps after a failure: `next_step` of the daemon's errors. */
final class NextStep
{
    /** The same call can succeed; wait for {@see LeadtapException::retryAfter()} if it says something. */
    public const RETRY = 'RETRY';

    /** This login is over; begin a new one. */
    public const START_AGAIN = 'START_AGAIN';

    /** The calling code has to change. */
    public const FIX_REQUEST = 'FIX_REQUEST';

    /** Somebody has to act on the daemon, its configuration or the app in Meta's dashboard. */
    public const OPERATOR = 'OPERATOR';

    /** Nobody knows whether the call took effect: look before repeating it. */
    public const UNKNOWN = '';

    private function __construct()
    {
    }
}
