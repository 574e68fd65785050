<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Support;

/** Runs scripted-server.php for one test. */
final class ScriptedServer
{
    /** @var resource */
    private $process;

    /** @var resource[] */
    private array $pipes = [];

    private string $address;

    /** @var array{requests: string[], connections: int} */
    private array $seen = ['requests' => [], 'connections' => 0];

    private ?string $socket = null;

    /** @param array<int, array<int, array{string, string}>> $scripts one for each connection */
    private function __construct(string $listen, array $scripts)
    {
        $command = [PHP_BINARY, '-n', __DIR__ . '/scripted-server.php', $listen];
        $this->process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], $this->pipes);
        fwrite($this->pipes[0], json_encode($scripts) . "\n");
        [$kind, $name] = explode(' ', trim((string) fgets($this->pipes[1])));
        if ($kind !== 'listening') {
            throw new \RuntimeException('the scripted server did not start');
        }
        $this->address = $this->socket === null ? 'tcp://' . base64_decode($name) : $listen;
    }

    /** @param array<int, array{string, string}> ...$scripts */
    public static function tcp(array ...$scripts): self
    {
        return new self('tcp://127.0.0.1:0', $scripts);
    }

    /** @param array<int, array{string, string}> ...$scripts */
    public static function unix(array ...$scripts): self
    {
        $path = sys_get_temp_dir() . '/leadtap-' . bin2hex(random_bytes(6)) . '.sock';
        $server = new self('unix://' . $path, $scripts);
        $server->address = 'unix://' . $path;
        $server->socket = $path;

        return $server;
    }

    /** @return array{string, string} */
    public static function request(): array
    {
        return ['request', ''];
    }

    /** @return array{string, string} */
    public static function write(string $bytes): array
    {
        return ['write', base64_encode($bytes)];
    }

    /** Byte by byte. @return array{string, string} */
    public static function dribble(string $bytes): array
    {
        return ['dribble', base64_encode($bytes)];
    }

    /** @return array{string, string} */
    public static function hang(): array
    {
        return ['hang', ''];
    }

    public function address(): string
    {
        return $this->address;
    }

    /** Waits until the server has closed a connection. */
    public function awaitClosed(): void
    {
        do {
            $kind = $this->hear();
        } while ($kind !== null && $kind !== 'closed');
    }

    /**
     * Ends the server.
     *
     * @return array{requests: string[], connections: int} what it saw
     */
    public function end(): array
    {
        if ($this->pipes !== []) {
            fclose($this->pipes[0]);
            while ($this->hear() !== null) {
            }
            fclose($this->pipes[1]);
            $this->pipes = [];
            proc_close($this->process);
            if ($this->socket !== null) {
                unlink($this->socket);
            }
        }

        return $this->seen;
    }

    /** The kind of the next thing that the server says; null: it has ended. */
    private function hear(): ?string
    {
        $line = fgets($this->pipes[1]);
        if ($line === false) {
            return null;
        }
        [$kind, $bytes] = explode(' ', rtrim($line, "\n"));
        if ($kind === 'request') {
            $this->seen['requests'][] = (string) base64_decode($bytes);
        } elseif ($kind === 'connection') {
            $this->seen['connections']++;
        }

        return $kind;
    }

    public function __destruct()
    {
        $this->end();
    }
}
