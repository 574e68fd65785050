<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** A deletion that Meta asked for and that was carried out. */
final class DeletionReceipt
{
    /** 32 hexadecimal digits that nobody can guess. */
    public string $code;

    /** The page of the daemon's configuration; empty: none is configured. */
    public string $url;

    /** When it was carried out, in seconds since 1970: long ago, where Meta sends the same request again. */
    public int $time;

    public function __construct(string $code, string $url, int $time)
    {
        $this->code = $code;
        $this->url = $url;
        $this->time = $time;
    }
}
