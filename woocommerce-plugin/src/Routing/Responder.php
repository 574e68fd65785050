<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Routing;

/** Ends the request with an answer. None of its methods returns. */
interface Responder
{
    /** Within this site. */
    public function redirect(string $url): void;

    /** To Instagram's window, whose address came from the daemon. */
    public function leave(string $url): void;

    /** @param string $html a whole document */
    public function page(int $status, string $html): void;
}
