<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Package;

use PHPUnit\Framework\TestCase;

/** Without opcache every file costs time in every request. */
final class LoadedFilesTest extends TestCase
{
    /** Of the runtime and generated, with the autoloader. */
    private const MOST_FILES = 32;

    public function testALoginLoadsFewFiles(): void
    {
        $code = <<<'PHP'
            require $argv[1] . '/autoload.php';
            require $argv[1] . '/tests/Support/Replies.php';
            require $argv[1] . '/tests/Support/FakeTransport.php';
            use Leadtap\Client\{Address, BrowserBinding, Channel, Deadline, Leadtap, StreamTransport, Tests\Support\FakeTransport, Tests\Support\Replies, V1};
            $lead = new V1\Lead(['instagram' => new V1\InstagramProfile(['id' => '1']), 'token' => new V1\TokenStatus()]);
            $start = new V1\StartAuthorizationResponse(['state' => 's']);
            $complete = new V1\CompleteAuthorizationResponse(['authorized' => new V1\Authorized(['lead' => $lead])]);
            class_exists(StreamTransport::class);
            class_exists(\Leadtap\Client\StreamConnection::class);
            class_exists(\Leadtap\Client\HttpReader::class);
            Address::parse('/x');
            $leadtap = new Leadtap(new Channel(new FakeTransport(Replies::good($start), Replies::good($complete))));
            $binding = BrowserBinding::generate();
            $leadtap->start($binding);
            $leadtap->complete('code=c&state=s', $binding->toCookie());
            echo count(get_included_files()) - 2;
            PHP;
        $process = proc_open([PHP_BINARY, '-r', $code, dirname(__DIR__, 2)], [1 => ['pipe', 'w']], $pipes);
        $files = (int) stream_get_contents($pipes[1]);
        self::assertSame(0, proc_close($process));
        self::assertGreaterThan(15, $files);
        self::assertLessThanOrEqual(self::MOST_FILES, $files);
    }
}
