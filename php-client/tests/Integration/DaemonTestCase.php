<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Integration;

use Leadtap\Client\Leadtap;
use Leadtap\Client\LeadtapException;
use Leadtap\Client\Tests\Support\Sandbox;
use PHPUnit\Framework\TestCase;

/** Against a running daemon, whose Instagram is a running sandbox. */
abstract class DaemonTestCase extends TestCase
{
    /** @return array<string, array{string, string}> transport, and the variable with the address */
    final public function everyWay(): array
    {
        return [
            'streams, Unix socket' => ['stream', 'LEADTAP_SOCKET'],
            'streams, TCP' => ['stream', 'LEADTAP_TCP'],
            'curl, Unix socket' => ['curl', 'LEADTAP_SOCKET'],
            'curl, TCP' => ['curl', 'LEADTAP_TCP'],
            'curl, TLS' => ['curl', 'LEADTAP_TLS'],
        ];
    }

    /** @param array<string, mixed> $options */
    final protected function connect(string $transport, string $variable, array $options = []): Leadtap
    {
        $schemes = ['LEADTAP_SOCKET' => 'unix://', 'LEADTAP_TCP' => 'tcp://', 'LEADTAP_TLS' => 'https://'];
        $options += ['transport' => $transport];
        // The socket knows its callers by uid.
        if ($variable !== 'LEADTAP_SOCKET') {
            $options += ['token' => self::needed('LEADTAP_TOKEN')];
        }
        if ($variable === 'LEADTAP_TLS') {
            $options += ['ca_file' => self::needed('LEADTAP_CA')];
        }

        return Leadtap::connect($schemes[$variable] . self::needed($variable), $options);
    }

    final protected function sandbox(): Sandbox
    {
        return new Sandbox(self::needed('LEADTAP_SANDBOX'));
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

    final protected static function needed(string $variable): string
    {
        $value = getenv($variable);
        if ($value === false || $value === '') {
            self::markTestSkipped("{$variable} is not set: no daemon to test against");
        }

        return $value;
    }
}
