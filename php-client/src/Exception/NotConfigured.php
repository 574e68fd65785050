<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** The request asks for what the site's configuration does not allow: a redirect URI or a scope. */
final class NotConfigured extends OperatorNeeded
{
}
