<?php
// The addresses that Meta's dashboard and the daemon's configuration are given.

use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Urls;

$urls = Plugin::container()->get(Urls::class);
return [
    'callback' => $urls->callback(),
    'deauthorize' => $urls->endpoint('deauthorize'),
    'deletion' => $urls->endpoint('deletion'),
    'deletionStatus' => $urls->endpoint('deletion_status') . '?code={code}',
];
