<?php

declare(strict_types=1);

namespace Leadtap\Client\Exception;

/** This login cannot go on. Offer the shopper a new one: {@see shouldStartAgain()} is true. */
class LoginOver extends CallFailed
{
}
