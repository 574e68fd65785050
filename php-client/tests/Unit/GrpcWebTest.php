<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Unit;

use Leadtap\Client\GrpcWeb;
use Leadtap\Client\HttpReply;
use Leadtap\Client\Status;
use Leadtap\Client\Tests\Support\Replies;
use Leadtap\Client\TransportFailure;
use PHPUnit\Framework\TestCase;

final class GrpcWebTest extends TestCase
{
    public function testRule8TheTrailersComeBeforeTheHeaders(): void
    {
        $headers = ['content-type' => Replies::TYPE, 'grpc-status' => '2', 'leadtap-request-id' => 'a'];
        $reply = GrpcWeb::parse(new HttpReply(200, $headers, GrpcWeb::frame('m') . Replies::trailers(['grpc-status' => '0', 'Grpc-Message' => 'a%20b'])));
        self::assertSame([Status::OK, 'a b', 'm'], [$reply->status, $reply->statusMessage, $reply->message]);
        self::assertSame('a', $reply->metadata['leadtap-request-id']);
    }

    public function testRule8TheHeadersComeBeforeTheHttpStatus(): void
    {
        self::assertSame(5, GrpcWeb::parse(new HttpReply(503, ['grpc-status' => '5'], ''))->status);
    }

    /** @dataProvider httpStatuses */
    public function testRule8WithoutAGrpcStatusTheHttpStatusDecides(int $http, int $status): void
    {
        self::assertSame($status, GrpcWeb::parse(new HttpReply($http, ['content-type' => 'text/html'], '<html>'))->status);
    }

    /** @return array<int, array{int, int}> */
    public function httpStatuses(): array
    {
        return [
            [200, Status::UNKNOWN], [400, Status::INTERNAL], [401, Status::UNAUTHENTICATED],
            [403, Status::PERMISSION_DENIED], [404, Status::UNIMPLEMENTED], [429, Status::UNAVAILABLE],
            [500, Status::UNKNOWN], [502, Status::UNAVAILABLE], [503, Status::UNAVAILABLE], [504, Status::UNAVAILABLE],
        ];
    }

    public function testRule8MissingTrailersAreUnknown(): void
    {
        $reply = GrpcWeb::parse(new HttpReply(200, ['content-type' => Replies::TYPE], GrpcWeb::frame('m')));
        self::assertSame(Status::UNKNOWN, $reply->status);
    }

    /** @dataProvider brokenBodies */
    public function testABodyThatIsNotGrpcWebIsRefused(string $body): void
    {
        $this->expectException(TransportFailure::class);
        GrpcWeb::parse(new HttpReply(200, ['content-type' => Replies::TYPE, 'grpc-status' => '0'], $body));
    }

    /** @return array<string, array{string}> */
    public function brokenBodies(): array
    {
        return [
            'half a frame head' => ["\0\0\0"],
            'a frame that is cut off' => ["\0\0\0\0\x05abc"],
            'a compressed frame' => ["\x01\0\0\0\x01a"],
            'two messages' => [GrpcWeb::frame('a') . GrpcWeb::frame('b')],
            'OK without a message' => [''],
            'a status that is no number' => [Replies::trailers(['grpc-status' => 'zero'])],
        ];
    }
}
