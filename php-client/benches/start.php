<?php

// Whole calls of startAuthorization from PHP, side by side with a bare JSON
// POST of the same sizes to a bare HTTP server, both on Unix sockets.
//
//     php php-client/benches/start.php DAEMON.sock JSON.sock [CALLS]
//
// The JSON server answers `POST /start`. Calls alternate, so that both meet the
// same machine; medians are printed, on a fresh and on a kept connection.

declare(strict_types=1);

use Leadtap\Client\BrowserBinding;
use Leadtap\Client\Leadtap;

require __DIR__ . '/../autoload.php';

if ($argc < 3) {
    fwrite(STDERR, "usage: php start.php DAEMON.sock JSON.sock [CALLS]\n");
    exit(64);
}
[, $daemon, $json] = $argv;
$calls = (int) ($argv[3] ?? 2000);

/** The least that a JSON call takes. @param resource|null $stream */
function postJson(string $socket, &$stream, string $body): array
{
    if ($stream === null) {
        $stream = stream_socket_client('unix://' . $socket);
    }
    fwrite($stream, "POST /start HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: " . strlen($body) . "\r\n\r\n{$body}");
    $reply = '';
    do {
        $reply .= fread($stream, 65536);
        $head = strpos($reply, "\r\n\r\n");
        $complete = $head !== false && preg_match('/content-length: ([0-9]+)/i', $reply, $parts) === 1
            && strlen($reply) >= $head + 4 + (int) $parts[1];
    } while (!$complete);

    return json_decode(substr($reply, $head + 4), true);
}

/** @param float[] $times */
function median(array $times): float
{
    sort($times);

    return $times[intdiv(count($times), 2)];
}

$binding = BrowserBinding::generate();
$fields = ['return_to' => '/checkout', 'attributes' => ['campaign' => 'spring']];
$payload = $fields + ['browser_binding_hash' => base64_encode($binding->hash())];
foreach (['fresh' => false, 'kept' => true] as $kind => $keep) {
    $times = ['leadtap' => [], 'json' => []];
    $leadtap = Leadtap::connect('unix://' . $daemon);
    $stream = null;
    for ($call = -100; $call < $calls; $call++) {
        if (!$keep) {
            $leadtap = Leadtap::connect('unix://' . $daemon);
            $stream = null;
        }
        $begin = hrtime(true);
        $leadtap->start($binding, $fields)->getAuthorizationUrl();
        $middle = hrtime(true);
        postJson($json, $stream, (string) json_encode($payload));
        $end = hrtime(true);
        // The first hundred warm up.
        if ($call >= 0) {
            $times['leadtap'][] = ($middle - $begin) / 1000;
            $times['json'][] = ($end - $middle) / 1000;
        }
    }
    $leadtapMedian = median($times['leadtap']);
    $jsonMedian = median($times['json']);
    printf("%-6s connection: startAuthorization %6.1f us, JSON %6.1f us, ratio %.2f\n", $kind, $leadtapMedian, $jsonMedian, $leadtapMedian / $jsonMedian);
}
