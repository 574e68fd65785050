<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** What came was not signed by Meta for this site's app, or long ago: answer it with an error and do nothing. */
final class SignedRequestRefused extends CallFailed
{
}
