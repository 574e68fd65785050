<?php

// A server that does what its script says, connection by connection. It ends
// when its standard input does. Arguments: address, script in JSON.

declare(strict_types=1);

const READ_BYTES = 65536;

/** Waits until `$stream` has something; ends the program when the test does. */
function await($stream): void
{
    $read = [$stream, STDIN];
    $none = null;
    stream_select($read, $none, $none, 60);
    if ($read === [] || in_array(STDIN, $read, true)) {
        exit(0);
    }
}

function say(string $kind, string $bytes): void
{
    fwrite(STDOUT, $kind . ' ' . base64_encode($bytes) . "\n");
}

/** One whole request with its body; null: the client is gone. */
function request($connection): ?string
{
    $bytes = '';
    do {
        await($connection);
        $more = (string) fread($connection, READ_BYTES);
        if ($more === '') {
            return null;
        }
        $bytes .= $more;
        $head = strpos($bytes, "\r\n\r\n");
        $found = preg_match('/^content-length: *([0-9]+)\r$/mi', $bytes, $parts);
    } while ($head === false || strlen($bytes) < $head + 4 + ($found === 1 ? (int) $parts[1] : 0));

    return $bytes;
}

function play($connection, array $script): void
{
    foreach ($script as [$step, $argument]) {
        $bytes = base64_decode($argument);
        switch ($step) {
            case 'request':
                $request = request($connection);
                if ($request === null) {
                    return;
                }
                say('request', $request);
                break;
            case 'write':
                fwrite($connection, $bytes);
                break;
            case 'dribble':
                foreach (str_split($bytes) as $byte) {
                    fwrite($connection, $byte);
                }
                break;
            case 'hang':
                // Until the client gives up.
                await($connection);
                fread($connection, READ_BYTES);
                break;
        }
    }
}

$server = stream_socket_server($argv[1], $errno, $error);
if ($server === false) {
    fwrite(STDERR, "{$error}\n");
    exit(1);
}
say('listening', (string) stream_socket_get_name($server, false));
$scripts = json_decode($argv[2], true);
while (true) {
    await($server);
    $connection = stream_socket_accept($server);
    say('connection', '');
    if ($connection !== false) {
        play($connection, array_shift($scripts) ?? []);
        fclose($connection);
    }
}
