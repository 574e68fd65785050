<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Transport;

use Leadtap\Client\Leadtap;
use Leadtap\Client\LeadtapException;
use Leadtap\Client\Tests\Support\Replies;
use Leadtap\Client\Tests\Support\ScriptedServer;
use Leadtap\Client\V1\Lead;
use PHPUnit\Framework\TestCase;

/** What the tests of all transports share. */
abstract class TransportTestCase extends TestCase
{
    /** @return array<string, array{string, string}> transport and kind of socket */
    final public function everyWay(): array
    {
        return [
            'streams, Unix socket' => ['stream', 'unix'],
            'streams, TCP' => ['stream', 'tcp'],
            'curl, Unix socket' => ['curl', 'unix'],
            'curl, TCP' => ['curl', 'tcp'],
        ];
    }

    /** @param array<int, array{string, string}> ...$scripts */
    final protected function serve(string $socket, array ...$scripts): ScriptedServer
    {
        return $socket === 'unix' ? ScriptedServer::unix(...$scripts) : ScriptedServer::tcp(...$scripts);
    }

    final protected function connect(ScriptedServer $server, string $transport, float $timeout = 10.0): Leadtap
    {
        return Leadtap::connect($server->address(), ['transport' => $transport, 'timeout' => $timeout]);
    }

    final protected function lead(string $id = 'x'): Lead
    {
        return new Lead(['lead_id' => $id]);
    }

    final protected function goodLead(string $id = 'x'): string
    {
        return Replies::ok($this->lead($id));
    }

    final protected function failureOf(callable $call): LeadtapException
    {
        try {
            $call();
        } catch (LeadtapException $failure) {
            return $failure;
        }
        self::fail('the call succeeded');
    }
}
