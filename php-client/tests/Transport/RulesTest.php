<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Transport;

use Leadtap\Client\Exception\DeadlineExceeded;
use Leadtap\Client\Exception\Unavailable;
use Leadtap\Client\NextStep;
use Leadtap\Client\Tests\Support\Replies;
use Leadtap\Client\Tests\Support\ScriptedServer;
use Leadtap\Client\V1\StartAuthorizationRequest;
use Leadtap\Client\V1\StartAuthorizationResponse;

/** What was learnt the hard way about talking to a daemon from PHP, one by one. */
final class RulesTest extends TransportTestCase
{
    /** Longer than a call to a server on this machine takes, shorter than anyone wants to wait. */
    private const SHORT_SECONDS = 0.2;

    /** @dataProvider everyWay */
    public function testRule1ACallThatIsNotIdempotentIsSentOnceThoughTheKeptConnectionDies(string $transport, string $socket): void
    {
        // The first connection answers one call and dies on the second, before a byte of the answer.
        $dying = [ScriptedServer::request(), ScriptedServer::write($this->goodLead()), ScriptedServer::request()];
        $fresh = [ScriptedServer::request()];
        $server = $this->serve($socket, $dying, $fresh, [ScriptedServer::request(), ScriptedServer::write(Replies::ok(new StartAuthorizationResponse()))]);
        $leadtap = $this->connect($server, $transport);
        $leadtap->lead('a');
        $failure = $this->failureOf(static function () use ($leadtap): void {
            $leadtap->login()->startAuthorization(new StartAuthorizationRequest());
        });
        self::assertInstanceOf(Unavailable::class, $failure);
        self::assertSame(NextStep::UNKNOWN, $failure->nextStep());
        unset($leadtap);
        $starts = preg_grep('/StartAuthorization/', $server->end()['requests']);
        self::assertCount(1, (array) $starts);
    }

    /** @dataProvider everyWay */
    public function testRule1AConnectionThatIsClosedBetweenTwoCallsIsReplaced(string $transport, string $socket): void
    {
        $once = [ScriptedServer::request(), ScriptedServer::write($this->goodLead())];
        $server = $this->serve($socket, $once, [ScriptedServer::request(), ScriptedServer::write(Replies::ok(new StartAuthorizationResponse(['state' => 's'])))]);
        $leadtap = $this->connect($server, $transport);
        $leadtap->lead('a');
        $server->awaitClosed();
        self::assertSame('s', $leadtap->login()->startAuthorization(new StartAuthorizationRequest())->getState());
        self::assertCount(2, $server->end()['requests']);
    }

    public function testRule2NoStreamIsPersistent(): void
    {
        $server = ScriptedServer::tcp(
            [ScriptedServer::request(), ScriptedServer::write($this->goodLead()), ScriptedServer::hang()],
            [ScriptedServer::request(), ScriptedServer::write($this->goodLead()), ScriptedServer::hang()]
        );
        $this->connect($server, 'stream')->lead('a');
        $persistent = array_filter(get_resources(), static function ($resource): bool {
            return get_resource_type($resource) === 'persistent stream';
        });
        self::assertSame([], $persistent);
        // A second client has a connection of its own.
        $this->connect($server, 'stream')->lead('b');
        self::assertSame(2, $server->end()['connections']);
    }

    /** @dataProvider everyWay */
    public function testRule3AProxyInTheEnvironmentIsNotUsed(string $transport, string $socket): void
    {
        $proxy = ScriptedServer::tcp();
        foreach (['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'] as $name) {
            putenv($name . '=' . str_replace('tcp://', 'http://', $proxy->address()));
        }
        try {
            $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($this->goodLead())]);
            $this->connect($server, $transport)->lead('a');
        } finally {
            foreach (['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'] as $name) {
                putenv($name);
            }
        }
        self::assertSame(0, $proxy->end()['connections']);
        self::assertStringNotContainsStringIgnoringCase('expect:', $server->end()['requests'][0]);
    }

    /** @dataProvider everyTransport */
    public function testRule4AMissingSocketIsNamedAndToldWhatToDo(string $transport): void
    {
        $failure = $this->failureAt('unix:///run/leadtap-that-is-not-there/leadtap.sock', $transport);
        self::assertInstanceOf(Unavailable::class, $failure);
        self::assertStringContainsString('There is no socket at /run/leadtap-that-is-not-there/leadtap.sock: is the daemon running', $failure->getMessage());
        self::assertStringNotContainsString('port', $failure->getMessage());
        self::assertTrue($failure->isRetryable());

        $hidden = $this->failureAt('unix:///tmp/leadtap-that-is-not-there.sock', $transport);
        self::assertStringContainsString('PrivateTmp', $hidden->getMessage());
    }

    /** @dataProvider everyTransport */
    public function testRule4ASocketThatMayNotBeWrittenToIsToldByName(string $transport): void
    {
        if (posix_geteuid() !== 0) {
            self::markTestSkipped('needs root, to become somebody who may not write');
        }
        $server = ScriptedServer::unix();
        $path = substr($server->address(), strlen('unix://'));
        chmod($path, 0600);
        posix_seteuid(65534);
        try {
            $failure = $this->failureAt($server->address(), $transport);
        } finally {
            posix_seteuid(0);
        }
        self::assertStringContainsString("may not write to {$path}: add it to the socket's group", $failure->getMessage());
        self::assertSame(NextStep::OPERATOR, $failure->nextStep());
        self::assertSame(0, $server->end()['connections']);
    }

    /** @dataProvider everyTransport */
    public function testRule4ADaemonThatIsNotThereIsUnavailable(string $transport): void
    {
        $server = ScriptedServer::tcp();
        $address = $server->address();
        $server->end();
        $failure = $this->failureAt($address, $transport);
        self::assertStringContainsString("Nothing listens at {$address}", $failure->getMessage());
    }

    /** @dataProvider everyTransport */
    public function testRule5OpenBasedirDoesNotHideASocket(string $transport): void
    {
        $server = ScriptedServer::unix([ScriptedServer::request(), ScriptedServer::write($this->goodLead('seen'))]);
        $client = dirname(__DIR__, 2);
        $code = 'require $argv[1] . "/autoload.php";'
            . 'echo Leadtap\Client\Leadtap::connect($argv[2], ["transport" => $argv[3]])->lead("a")->getLeadId();';
        $command = [PHP_BINARY, '-d', "open_basedir={$client}", '-d', 'display_errors=1', '-r', $code, $client, $server->address(), $transport];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
        self::assertSame(['seen', ''], [stream_get_contents($pipes[1]), stream_get_contents($pipes[2])]);
        self::assertSame(0, proc_close($process));
    }

    /** @dataProvider everyWay */
    public function testRule7AServerThatDoesNotAnswerMeetsTheDeadline(string $transport, string $socket): void
    {
        foreach (['', substr($this->goodLead(), 0, 40), substr($this->goodLead(), 0, -3)] as $beginning) {
            $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($beginning), ScriptedServer::hang()]);
            $begin = hrtime(true);
            $failure = $this->failureOf(function () use ($server, $transport): void {
                $this->connect($server, $transport, self::SHORT_SECONDS)->lead('a');
            });
            $seconds = (hrtime(true) - $begin) / 1e9;
            self::assertInstanceOf(DeadlineExceeded::class, $failure);
            self::assertTrue($failure->isRetryable());
            self::assertGreaterThan(self::SHORT_SECONDS * 0.9, $seconds);
            self::assertLessThan(self::SHORT_SECONDS + 1.0, $seconds);
            self::assertMatchesRegularExpression('/^grpc-timeout: (1[0-9]{5}|200000)u\r$/m', $server->end()['requests'][0]);
        }
    }

    /** @dataProvider everyTransport */
    public function testRule7ConnectingTakesASecondAtMost(string $transport): void
    {
        // A listener that accepts nobody: once its queue is full, connecting hangs.
        $listener = stream_socket_server('tcp://127.0.0.1:0', $errno, $error, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 0]]));
        $address = 'tcp://' . stream_socket_get_name($listener, false);
        $queued = [];
        for ($count = 0; $count < 3; $count++) {
            $queued[] = @stream_socket_client($address, $errno, $error, 0.05);
        }
        $begin = hrtime(true);
        $failure = $this->failureOf(static function () use ($address, $transport): void {
            \Leadtap\Client\Leadtap::connect($address, ['transport' => $transport, 'timeout' => 1.2])->lead('a');
        });
        $seconds = (hrtime(true) - $begin) / 1e9;
        // The first attempt gives up after its second; the rest of the deadline is one more.
        self::assertLessThan(2.2, $seconds);
        self::assertContains(get_class($failure), [Unavailable::class, DeadlineExceeded::class]);
        self::assertTrue($failure->isRetryable());
        self::assertCount(3, $queued);
    }

    /** @dataProvider everyWay */
    public function testRule9AnIdempotentCallSurvivesADaemonThatCloses(string $transport, string $socket): void
    {
        $closing = [ScriptedServer::request()];
        $server = $this->serve($socket, $closing, $closing, [ScriptedServer::request(), ScriptedServer::write($this->goodLead())]);
        self::assertSame('x', $this->connect($server, $transport)->lead('a')->getLeadId());
        self::assertSame(3, $server->end()['connections']);
    }

    /** @return array<string, array{string}> */
    public function everyTransport(): array
    {
        return ['streams' => ['stream'], 'curl' => ['curl']];
    }

    private function failureAt(string $address, string $transport): \Leadtap\Client\LeadtapException
    {
        return $this->failureOf(static function () use ($address, $transport): void {
            \Leadtap\Client\Leadtap::connect($address, ['transport' => $transport])->lead('a');
        });
    }
}
