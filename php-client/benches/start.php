<?php

// Whole calls of startAuthorization from PHP, side by side with a bare JSON
// POST of the same sizes to a bare HTTP server, both on Unix sockets; and with
// the same message, sent to the daemon under the fewest headers and without
// the client: what no client can save.
//
//     php php-client/benches/start.php DAEMON.sock JSON.sock [CALLS]
//
// `cargo bench --bench against_echo -- --only PHP` starts both and runs this.
// The JSON server answers `POST /start`. Calls alternate, so that all meet the
// same machine. Prints medians in microseconds, on a fresh and on a kept
// connection, as one line of JSON.

declare(strict_types=1);

use Leadtap\Client\BrowserBinding;
use Leadtap\Client\GrpcWeb;
use Leadtap\Client\Leadtap;
use Leadtap\Client\V1\StartAuthorizationRequest;

require __DIR__ . '/../autoload.php';

/** Calls of each kind that nobody times. */
const WARM_UP = 100;

if ($argc < 3) {
    fwrite(STDERR, "usage: php start.php DAEMON.sock JSON.sock [CALLS]\n");
    exit(64);
}
[, $daemon, $json] = $argv;
$calls = max(1, (int) ($argv[3] ?? 2000));

/** The least that a POST takes: its answer's body, still in chunks where it came so. @param resource|null $stream */
function post(string $socket, &$stream, string $path, string $type, string $body): string
{
    if ($stream === null) {
        $stream = stream_socket_client('unix://' . $socket);
    }
    fwrite($stream, "POST {$path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {$type}\r\ncontent-length: " . strlen($body) . "\r\n\r\n{$body}");
    $reply = '';
    do {
        $bytes = (string) fread($stream, 65536);
        if ($bytes === '') {
            fwrite(STDERR, "{$socket}: no whole answer\n");
            exit(1);
        }
        $reply .= $bytes;
        $head = strpos($reply, "\r\n\r\n");
        $complete = $head !== false && (preg_match('/content-length: ([0-9]+)/i', $reply, $parts) === 1
            ? strlen($reply) >= $head + 4 + (int) $parts[1]
            : substr($reply, -5) === "0\r\n\r\n");
    } while (!$complete);

    return substr($reply, $head + 4);
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
$frame = GrpcWeb::frame((new StartAuthorizationRequest($fields))->setBrowserBindingHash($binding->hash())->toBytes());
// What runs just before warms or cools what comes next, so every order has its turn.
$orders = [
    ['leadtap', 'bytes', 'json'], ['json', 'bytes', 'leadtap'], ['bytes', 'json', 'leadtap'],
    ['leadtap', 'json', 'bytes'], ['json', 'leadtap', 'bytes'], ['bytes', 'leadtap', 'json'],
];
$leadtap = null;
$streams = ['bytes' => null, 'json' => null];
$contenders = [
    'leadtap' => function () use (&$leadtap, $daemon, $binding, $fields): string {
        $leadtap = $leadtap ?? Leadtap::connect('unix://' . $daemon);

        return $leadtap->start($binding, $fields)->getAuthorizationUrl();
    },
    'bytes' => function () use (&$streams, $daemon, $frame): string {
        return post($daemon, $streams['bytes'], '/leadtap.v1.LoginService/StartAuthorization', GrpcWeb::CONTENT_TYPE, $frame);
    },
    'json' => function () use (&$streams, $json, $payload): string {
        return json_decode(post($json, $streams['json'], '/start', 'application/json', (string) json_encode($payload)), true)['authorization_url'];
    },
];
$medians = [];
foreach (['fresh' => false, 'kept' => true] as $kind => $keep) {
    $times = [];
    for ($call = -WARM_UP; $call < $calls; $call++) {
        foreach ($orders[($call + WARM_UP) % count($orders)] as $name) {
            if (!$keep) {
                $leadtap = null;
                $streams = ['bytes' => null, 'json' => null];
            }
            $begin = hrtime(true);
            $answer = $contenders[$name]();
            $end = hrtime(true);
            if ($name === 'bytes' && strpos($answer, 'grpc-status:0') === false) {
                fwrite(STDERR, "{$daemon}: the call without the client failed\n");
                exit(1);
            }
            if ($call >= 0) {
                $times[$name][] = ($end - $begin) / 1000;
            }
        }
    }
    $medians[$kind] = array_map('median', $times);
}
echo json_encode($medians), "\n";
