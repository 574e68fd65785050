<?php

// A server that does what its script says, each connection in a process of its
// own. Its argument is the address; the script comes in JSON as the first line
// of its standard input, and it ends when that does.

declare(strict_types=1);

const READ_BYTES = 65536;

// A larger body is told by its SHA-256.
const MAX_TOLD_BYTES = 8192;

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
    $length = null;
    while ($length === null || strlen($bytes) < $length) {
        await($connection);
        $more = (string) fread($connection, READ_BYTES);
        if ($more === '') {
            return null;
        }
        $bytes .= $more;
        $head = $length === null ? strpos($bytes, "\r\n\r\n") : false;
        if ($head !== false) {
            preg_match('/^content-length: *([0-9]+)\r$/mi', $bytes, $parts);
            $length = $head + 4 + (int) ($parts[1] ?? 0);
        }
    }

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
                // A pipe holds 64 KiB until the test reads it.
                [$head, $body] = explode("\r\n\r\n", $request, 2);
                say('request', $head . "\r\n\r\n" . (strlen($body) > MAX_TOLD_BYTES ? hash('sha256', $body) : $body));
                break;
            case 'write':
                // The client may hang up in the middle: some tests want that.
                @fwrite($connection, $bytes);
                break;
            case 'dribble':
                foreach (str_split($bytes) as $byte) {
                    @fwrite($connection, $byte);
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
$scripts = json_decode((string) fgets(STDIN), true);
pcntl_signal(SIGCHLD, SIG_IGN);
while (true) {
    await($server);
    $connection = stream_socket_accept($server);
    if ($connection === false) {
        continue;
    }
    say('connection', '');
    $script = array_shift($scripts) ?? [];
    if (pcntl_fork() === 0) {
        fclose($server);
        play($connection, $script);
        fclose($connection);
        say('closed', '');
        exit(0);
    }
    fclose($connection);
}
