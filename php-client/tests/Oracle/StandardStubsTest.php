<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Oracle;

use PHPUnit\Framework\TestCase;

/** Whoever has ext-grpc uses what protoc and grpc_php_plugin make of our proto. */
final class StandardStubsTest extends TestCase
{
    private string $directory;

    protected function setUp(): void
    {
        $this->directory = (string) getenv('LEADTAP_ORACLE');
        if ($this->directory === '') {
            self::markTestSkipped('no classes made by protoc: run tests/run');
        }
    }

    public function testEveryStandardStubParses(): void
    {
        $parsed = 0;
        foreach (new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($this->directory, \FilesystemIterator::SKIP_DOTS)) as $file) {
            token_get_all((string) file_get_contents((string) $file), TOKEN_PARSE);
            $parsed++;
        }
        self::assertGreaterThan(20, $parsed);
    }

    public function testTheStandardClientCallsTheSamePaths(): void
    {
        $stub = (string) file_get_contents($this->directory . '/Leadtap/V1/LoginServiceClient.php');
        foreach (\Leadtap\Client\V1\LoginServiceClient::METHODS as $method) {
            self::assertStringContainsString("'{$method['path']}'", $stub);
        }
    }
}
