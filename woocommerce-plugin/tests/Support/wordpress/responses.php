<?php

// Headers go nowhere; what they would say is a constant of the real run.

declare(strict_types=1);

function nocache_headers(): void
{
}

function status_header(int $status): void
{
}
