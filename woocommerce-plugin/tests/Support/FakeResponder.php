<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Routing\Responder;

/** Remembers the answer. */
final class FakeResponder implements Responder
{
    public string $redirect = '';

    public string $left = '';

    public int $status = 0;

    public string $html = '';

    public function redirect(string $url): void
    {
        $this->redirect = $url;
        throw new Answered();
    }

    public function leave(string $url): void
    {
        $this->left = $url;
        throw new Answered();
    }

    public function page(int $status, string $html): void
    {
        $this->status = $status;
        $this->html = $html;
        throw new Answered();
    }
}
