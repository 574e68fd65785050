<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Transport;

use Leadtap\Client\Exception\InternalError;
use Leadtap\Client\Exception\LeadNotFound;
use Leadtap\Client\Exception\TooManyRequests;
use Leadtap\Client\Exception\Unavailable;
use Leadtap\Client\GrpcWeb;
use Leadtap\Client\Status;
use Leadtap\Client\StreamTransport;
use Leadtap\Client\Tests\Support\Details;
use Leadtap\Client\Tests\Support\Replies;
use Leadtap\Client\Tests\Support\ScriptedServer;
use Leadtap\Client\V1\StartAuthorizationRequest;

/** Every way in which an answer can arrive. */
final class RepliesTest extends TransportTestCase
{
    /** @dataProvider everyWay */
    public function testTheConnectionOfOneClientIsUsedAgain(string $transport, string $socket): void
    {
        $one = [ScriptedServer::request(), ScriptedServer::write($this->goodLead('1'))];
        $two = [ScriptedServer::request(), ScriptedServer::write($this->goodLead('2')), ScriptedServer::hang()];
        $server = $this->serve($socket, array_merge($one, $two));
        $leadtap = $this->connect($server, $transport);
        self::assertSame('1', $leadtap->lead('a')->getLeadId());
        self::assertSame('2', $leadtap->lead('b')->getLeadId());
        $seen = $server->end();
        self::assertSame(1, $seen['connections']);
        self::assertStringStartsWith("POST /leadtap.v1.LoginService/GetLead HTTP/1.1\r\n", $seen['requests'][0]);
        self::assertStringEndsWith("\r\n\r\n\0\0\0\0\x03\x0a\x01b", $seen['requests'][1]);
    }

    /** @dataProvider everyWay */
    public function testAnAnswerByteByByteIsRead(string $transport, string $socket): void
    {
        $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::dribble($this->goodLead())]);
        self::assertSame('x', $this->connect($server, $transport)->lead('a')->getLeadId());
    }

    /** @dataProvider everyWay */
    public function testChunksThatSplitTheTrailersFrameAreJoined(string $transport, string $socket): void
    {
        foreach ([1, 3, 7] as $size) {
            $chunks = Replies::chunked(Replies::body($this->lead()), $size);
            $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::dribble($chunks)]);
            self::assertSame('x', $this->connect($server, $transport)->lead('a')->getLeadId());
        }
    }

    /** @dataProvider everyWay */
    public function testAContinueBeforeTheAnswerIsSkipped(string $transport, string $socket): void
    {
        $bytes = "HTTP/1.1 100 Continue\r\n\r\n" . $this->goodLead();
        $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($bytes)]);
        self::assertSame('x', $this->connect($server, $transport)->lead('a')->getLeadId());
    }

    /** @dataProvider everyWay */
    public function testABodyThatEndsWithTheConnectionIsRead(string $transport, string $socket): void
    {
        $bytes = "HTTP/1.0 200 OK\r\ncontent-type: " . Replies::TYPE . "\r\n\r\n" . Replies::body($this->lead());
        $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($bytes)]);
        self::assertSame('x', $this->connect($server, $transport)->lead('a')->getLeadId());
    }

    /** @dataProvider everyWay */
    public function testALargeRequestIsWrittenInAsManyPartsAsItTakes(string $transport, string $socket): void
    {
        $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($this->goodLead())]);
        // More than any socket's buffer holds.
        $request = new StartAuthorizationRequest(['return_to' => str_repeat('0123456789', 100000)]);
        $this->connect($server, $transport)->login()->startAuthorization($request);
        self::assertStringEndsWith(hash('sha256', GrpcWeb::frame($request->toBytes())), $server->end()['requests'][0]);
    }

    /** @dataProvider everyWay */
    public function testAnErrorInTheHeadersAloneIsRead(string $transport, string $socket): void
    {
        $bytes = Replies::http('', [
            'grpc-status' => '5', 'grpc-message' => 'no%20such%20lead', 'leadtap-request-id' => 'r-7',
            'grpc-status-details-bin' => Details::header(Details::errorInfo('LEAD_NOT_FOUND', ['next_step' => 'FIX_REQUEST'])),
        ]);
        $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($bytes)]);
        $failure = $this->failureOf(function () use ($server, $transport): void {
            $this->connect($server, $transport)->lead('a');
        });
        self::assertInstanceOf(LeadNotFound::class, $failure);
        self::assertSame('r-7', $failure->requestId());
    }

    /** @dataProvider everyWay */
    public function testMissingTrailersAreUnknown(string $transport, string $socket): void
    {
        $bytes = Replies::http(GrpcWeb::frame($this->lead()->toBytes()));
        $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($bytes)]);
        $failure = $this->failureOf(function () use ($server, $transport): void {
            $this->connect($server, $transport)->lead('a');
        });
        self::assertSame(Status::UNKNOWN, $failure->grpcStatus());
    }

    /** @dataProvider everyWay */
    public function testAnAnswerThatIsTooLargeIsNotReadToItsEnd(string $transport, string $socket): void
    {
        $tooMuch = StreamTransport::MAX_REPLY_BYTES + 1;
        foreach (['content-length' => (string) $tooMuch, 'transfer-encoding' => 'chunked'] as $header => $value) {
            $head = "HTTP/1.1 200 OK\r\ncontent-type: " . Replies::TYPE . "\r\n{$header}: {$value}\r\n\r\n";
            $body = ($header === 'content-length' ? '' : dechex($tooMuch) . "\r\n") . str_repeat('a', $tooMuch);
            $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write($head . $body)]);
            $failure = $this->failureOf(function () use ($server, $transport): void {
                $this->connect($server, $transport)->lead('a');
            });
            self::assertInstanceOf(TooManyRequests::class, $failure);
            self::assertStringContainsString('larger than 4194304 bytes', $failure->getMessage());
            self::assertFalse($failure->isRetryable());
            self::assertCount(1, $server->end()['requests']);
        }
    }

    /** @dataProvider everyWay */
    public function testWhatDoesNotSpeakHttpIsAnInternalError(string $transport, string $socket): void
    {
        $server = $this->serve($socket, [ScriptedServer::request(), ScriptedServer::write("SSH-2.0-OpenSSH_9.2\r\n\r\n")]);
        $failure = $this->failureOf(function () use ($server, $transport): void {
            $this->connect($server, $transport)->lead('a');
        });
        self::assertInstanceOf(InternalError::class, $failure);
        self::assertStringContainsString('does not speak HTTP/1.1', $failure->getMessage());
    }

    /** @dataProvider everyWay */
    public function testAnAnswerThatStopsHalfWayIsUnavailableAndAskedForAgainIfIdempotent(string $transport, string $socket): void
    {
        $half = [ScriptedServer::request(), ScriptedServer::write(substr($this->goodLead(), 0, -4))];
        $server = $this->serve($socket, $half, [ScriptedServer::request(), ScriptedServer::write($this->goodLead())]);
        self::assertSame('x', $this->connect($server, $transport)->lead('a')->getLeadId());
        self::assertCount(2, $server->end()['requests']);

        $server = $this->serve($socket, $half);
        $failure = $this->failureOf(function () use ($server, $transport): void {
            $this->connect($server, $transport)->login()->startAuthorization(new StartAuthorizationRequest());
        });
        self::assertInstanceOf(Unavailable::class, $failure);
        self::assertFalse($failure->isRetryable());
        self::assertCount(1, $server->end()['requests']);
    }

    public function testBytesAfterTheAnswerAreNeverTheNextAnswer(): void
    {
        $server = ScriptedServer::unix(
            [ScriptedServer::request(), ScriptedServer::write($this->goodLead('1') . $this->goodLead('stray')), ScriptedServer::hang()],
            [ScriptedServer::request(), ScriptedServer::write($this->goodLead('2'))]
        );
        $leadtap = $this->connect($server, 'stream');
        self::assertSame('1', $leadtap->lead('a')->getLeadId());
        self::assertSame('2', $leadtap->lead('b')->getLeadId());
        self::assertSame(2, $server->end()['connections']);
    }
}
