<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Integration;

/** The examples are documents that run. */
final class ExamplesTest extends DaemonTestCase
{
    public function testTheCommandLineExamplePrintsTheLead(): void
    {
        $address = 'unix://' . self::needed('LEADTAP_SOCKET');
        $sandbox = $this->sandbox();
        $script = dirname(__DIR__, 2) . '/examples/cli.php';
        $process = proc_open([PHP_BINARY, $script, $address], [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $pipes);
        fgets($pipes[2]);
        $url = trim((string) fgets($pipes[2]));
        fwrite($pipes[0], $sandbox->decide($url, 'allow', 'atelier.nord') . "#_\n");
        $lead = json_decode((string) stream_get_contents($pipes[1]), true);
        self::assertSame(0, proc_close($process));
        self::assertSame('atelier.nord', $lead['instagram']['username']);
    }

    public function testTheLoginPageTakesAShopperThroughAndBack(): void
    {
        $address = 'unix://' . self::needed('LEADTAP_SOCKET');
        $sandbox = $this->sandbox();
        $port = $this->freePort();
        $command = [PHP_BINARY, '-S', "127.0.0.1:{$port}", dirname(__DIR__, 2) . '/examples/login.php'];
        $process = proc_open($command, [2 => ['pipe', 'w']], $pipes, null, ['LEADTAP_ADDRESS' => $address] + getenv());
        try {
            // Its first line says that it listens.
            fgets($pipes[2]);
            [$page] = $this->fetch("http://127.0.0.1:{$port}/");
            self::assertStringContainsString('Continue with Instagram', $page);

            [, $headers] = $this->fetch("http://127.0.0.1:{$port}/login", 'POST');
            self::assertSame('no-store', $headers['cache-control']);
            self::assertMatchesRegularExpression('/^leadtap_binding=[A-Za-z0-9_-]{43};.*path=\/; HttpOnly; SameSite=Lax$/', $headers['set-cookie']);
            $url = $sandbox->decide($headers['location'], 'allow', 'mira_makes');
            $cookie = (string) strtok($headers['set-cookie'], ';');

            // Wherever the site's redirect URI is, this page plays it.
            $query = (string) parse_url($url, PHP_URL_QUERY);
            [$page] = $this->fetch("http://127.0.0.1:{$port}/callback?{$query}", 'GET', $cookie);
            self::assertStringContainsString('@mira_makes', $page);
            [$page] = $this->fetch("http://127.0.0.1:{$port}/callback?{$query}");
            self::assertStringContainsString('That login is over', $page);
        } finally {
            proc_terminate($process);
            proc_close($process);
        }
    }

    /** @return array{string, array<string, string>} body and headers */
    private function fetch(string $url, string $method = 'GET', string $cookie = ''): array
    {
        $context = stream_context_create(['http' => [
            'method' => $method, 'header' => "Cookie: {$cookie}", 'follow_location' => 0, 'ignore_errors' => true,
        ]]);
        $body = (string) file_get_contents($url, false, $context);
        $headers = [];
        foreach ($http_response_header as $line) {
            [$name, $value] = explode(':', $line, 2) + ['', ''];
            $headers[strtolower($name)] = trim($value);
        }

        return [$body, $headers];
    }

    private function freePort(): int
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $name = (string) stream_socket_get_name($server, false);
        fclose($server);

        return (int) substr((string) strrchr($name, ':'), 1);
    }
}
