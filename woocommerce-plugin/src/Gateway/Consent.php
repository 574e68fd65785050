<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** What a shopper agreed to, and when. */
final class Consent
{
    /** 1 to 64 bytes. */
    public string $textVersion;

    /** Seconds since 1970. */
    public int $agreeTime;

    /** Where: at most 64 bytes. */
    public string $source;

    public function __construct(string $textVersion, int $agreeTime, string $source)
    {
        $this->textVersion = $textVersion;
        $this->agreeTime = $agreeTime;
        $this->source = $source;
    }
}
