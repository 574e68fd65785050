<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Support;

/** Runs scripted-server.php for one test. */
final class ScriptedServer
{
    /** @var resource */
    private $process;

    /** @var resource[] */
    private array $pipes;

    private string $address;

    private ?string $socket = null;

    /** @param array<int, array<int, array{string, string}>> $scripts one for each connection */
    private function __construct(string $listen, array $scripts)
    {
        $script = json_encode($scripts);
        $command = [PHP_BINARY, '-n', __DIR__ . '/scripted-server.php', $listen, $script];
        $this->process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], $this->pipes);
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

    /**
     * Ends the server.
     *
     * @return array{requests: string[], connections: int} what it saw
     */
    public function end(): array
    {
        $seen = ['requests' => [], 'connections' => 0];
        if ($this->pipes === []) {
            return $seen;
        }
        fclose($this->pipes[0]);
        while (($line = fgets($this->pipes[1])) !== false) {
            [$kind, $bytes] = explode(' ', rtrim($line, "\n"));
            if ($kind === 'request') {
                $seen['requests'][] = (string) base64_decode($bytes);
            } else {
                $seen['connections']++;
            }
        }
        fclose($this->pipes[1]);
        $this->pipes = [];
        proc_close($this->process);
        if ($this->socket !== null) {
            unlink($this->socket);
        }

        return $seen;
    }

    public function __destruct()
    {
        $this->end();
    }
}
