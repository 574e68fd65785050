<?php

// A login by hand: prints the address to open, takes the address that the
// browser ends at, prints the lead.
//
//     php php-client/examples/cli.php unix:///run/leadtap/leadtap.sock
//
// LEADTAP_TOKEN holds the bearer token where the address is tcp:// or https://.

declare(strict_types=1);

use Leadtap\Client\BrowserBinding;
use Leadtap\Client\Leadtap;
use Leadtap\Client\LeadtapException;

require __DIR__ . '/../autoload.php';

$token = getenv('LEADTAP_TOKEN');
$options = $token === false || $token === '' ? [] : ['token' => $token];
$leadtap = Leadtap::connect($argv[1] ?? Leadtap::DEFAULT_ADDRESS, $options);
$binding = BrowserBinding::generate();
try {
    $url = $leadtap->start($binding)->getAuthorizationUrl();
    fwrite(STDERR, "Open this address, allow, and paste the address you end at:\n{$url}\n> ");
    $outcome = $leadtap->complete(trim((string) fgets(STDIN)), $binding->toCookie());
    if ($outcome->hasDeclined()) {
        fwrite(STDERR, "Declined.\n");
        exit(2);
    }
    $lead = $leadtap->lead($outcome->getAuthorized()->getLead()->getLeadId());
    echo json_encode($lead, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
} catch (LeadtapException $failure) {
    fwrite(STDERR, $failure->getMessage() . "\n" . ($failure->shouldStartAgain() ? "Start again.\n" : ''));
    exit(1);
}
