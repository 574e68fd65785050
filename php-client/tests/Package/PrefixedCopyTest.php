<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Package;

use PHPUnit\Framework\TestCase;

/** A plugin carries its own copy under its own namespace, beside anybody else's. */
final class PrefixedCopyTest extends TestCase
{
    private string $directory;

    protected function setUp(): void
    {
        $this->directory = (string) getenv('LEADTAP_PREFIXED');
        if ($this->directory === '') {
            self::markTestSkipped('no prefixed copy: run tests/run');
        }
    }

    public function testThePrefixedCopyWorksByItselfAndNamesNothingElse(): void
    {
        $code = 'require $argv[1] . "/autoload.php";'
            . 'echo get_class(ExampleShop\Vendor\Leadtap\Leadtap::connect("tcp://127.0.0.1:1")->login()), "\n";'
            . 'try { ExampleShop\Vendor\Leadtap\Leadtap::connect("unix:///nowhere/leadtap.sock")->lead("x"); }'
            . 'catch (ExampleShop\Vendor\Leadtap\LeadtapException $failure) { echo get_class($failure), "\n"; }';
        $process = proc_open([PHP_BINARY, '-d', 'display_errors=1', '-r', $code, $this->directory], [1 => ['pipe', 'w']], $pipes);
        self::assertSame(
            "ExampleShop\\Vendor\\Leadtap\\V1\\LoginServiceClient\nExampleShop\\Vendor\\Leadtap\\Exception\\Unavailable\n",
            stream_get_contents($pipes[1])
        );
        self::assertSame(0, proc_close($process));
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($this->directory, \FilesystemIterator::SKIP_DOTS));
        foreach ($files as $file) {
            self::assertStringNotContainsString('Leadtap\\Client', (string) file_get_contents((string) $file), (string) $file);
        }
    }
}
