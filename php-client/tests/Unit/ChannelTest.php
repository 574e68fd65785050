<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Unit;

use Leadtap\Client\Channel;
use Leadtap\Client\Exception\AuthorizationExpired;
use Leadtap\Client\Exception\CallFailed;
use Leadtap\Client\Exception\DeadlineExceeded;
use Leadtap\Client\Exception\InstagramUnavailable;
use Leadtap\Client\Exception\InternalError;
use Leadtap\Client\Exception\InvalidRequest;
use Leadtap\Client\Exception\TooManyRequests;
use Leadtap\Client\Exception\Unavailable;
use Leadtap\Client\HttpReply;
use Leadtap\Client\LeadtapException;
use Leadtap\Client\NextStep;
use Leadtap\Client\Status;
use Leadtap\Client\Tests\Generated\Test\V1\Everything;
use Leadtap\Client\Tests\Generated\Test\V1\EverythingServiceClient;
use Leadtap\Client\Tests\Support\Details;
use Leadtap\Client\Tests\Support\FakeClock;
use Leadtap\Client\Tests\Support\FakeTransport;
use Leadtap\Client\Tests\Support\Replies;
use Leadtap\Client\TransportFailure;
use Leadtap\Client\V1\ErrorReason;
use Leadtap\Client\V1\GetLeadRequest;
use Leadtap\Client\V1\Lead;
use Leadtap\Client\V1\LoginServiceClient;
use Leadtap\Client\V1\StartAuthorizationRequest;
use Leadtap\Client\V1\StartAuthorizationResponse;
use PHPUnit\Framework\TestCase;

final class ChannelTest extends TestCase
{
    private FakeClock $clock;

    protected function setUp(): void
    {
        $this->clock = new FakeClock();
    }

    public function testACallCarriesItsPathMessageDeadlineAndToken(): void
    {
        $transport = new FakeTransport(Replies::good(new Lead(['lead_id' => 'x'])));
        $client = new LoginServiceClient(new Channel($transport, 'sesame', 2.5, $this->clock));
        self::assertSame('x', $client->getLead((new GetLeadRequest())->setLeadId('x'))->getLeadId());

        $call = $transport->calls[0];
        self::assertSame('/leadtap.v1.LoginService/GetLead', $call['path']);
        self::assertSame("\0\0\0\0\x03\x0a\x01x", $call['body']);
        self::assertTrue($call['idempotent']);
        self::assertSame('2500000u', $call['headers']['grpc-timeout']);
        self::assertSame('Bearer sesame', $call['headers']['authorization']);
        self::assertSame('application/grpc-web+proto', $call['headers']['content-type']);
    }

    public function testATokenThatNoHeaderCanCarryIsRefused(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        new Channel(new FakeTransport(), "a\r\nx-evil: 1");
    }

    public function testAnUnsentCallIsSentAgainWhateverItIs(): void
    {
        $transport = new FakeTransport(TransportFailure::unreachable('a'), TransportFailure::broken('b', true), Replies::good(new StartAuthorizationResponse()));
        $this->client($transport)->startAuthorization(new StartAuthorizationRequest());
        self::assertCount(3, $transport->calls);
    }

    public function testACallThatMayHaveArrivedIsNotSentAgainUnlessIdempotent(): void
    {
        $transport = new FakeTransport(TransportFailure::broken('gone', false));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->startAuthorization(new StartAuthorizationRequest());
        });
        self::assertInstanceOf(Unavailable::class, $failure);
        self::assertFalse($failure->isRetryable());
        self::assertSame(NextStep::UNKNOWN, $failure->nextStep());

        $transport = new FakeTransport(TransportFailure::broken('gone', false), Replies::good(new Lead()));
        $this->client($transport)->getLead(new GetLeadRequest());
        self::assertCount(2, $transport->calls);
    }

    public function testThereAreThreeRetriesAtMostWithJitter(): void
    {
        $transport = new FakeTransport(...array_fill(0, 4, TransportFailure::unreachable('no socket')));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertInstanceOf(Unavailable::class, $failure);
        self::assertTrue($failure->isRetryable());
        self::assertCount(4, $transport->calls);
        self::assertCount(3, $this->clock->sleeps);
        foreach ($this->clock->sleeps as $index => $slept) {
            $longest = 50000000 * 2 ** $index;
            self::assertGreaterThanOrEqual($longest / 2, $slept);
            self::assertLessThanOrEqual($longest, $slept);
        }
    }

    public function testALastingFailureIsNotTriedAgain(): void
    {
        $transport = new FakeTransport(TransportFailure::unreachable('no permission', true));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertSame(NextStep::OPERATOR, $failure->nextStep());
        self::assertCount(1, $transport->calls);
    }

    public function testUnavailableIsTriedAgainOnlyWhereTheCallIsIdempotent(): void
    {
        $busy = Replies::failed(Status::UNAVAILABLE, ['grpc-status-details-bin' => Details::header(
            Details::errorInfo('STORE_UNAVAILABLE', ['next_step' => 'RETRY']),
            Details::retryInfo(2)
        )]);
        $transport = new FakeTransport($busy, Replies::good(new Lead()));
        $this->client($transport)->getLead(new GetLeadRequest());
        self::assertGreaterThanOrEqual(2000000000, $this->clock->sleeps[0]);

        $transport = new FakeTransport($busy);
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->startAuthorization(new StartAuthorizationRequest());
        });
        self::assertSame(2.0, $failure->retryAfter());
        self::assertTrue($failure->isRetryable());
    }

    public function testARetryThatCannotBeOverInTimeIsNotBegun(): void
    {
        $details = Details::header(Details::errorInfo('SHUTTING_DOWN', ['next_step' => 'RETRY']), Details::retryInfo(60));
        $transport = new FakeTransport(Replies::failed(Status::UNAVAILABLE, ['grpc-status-details-bin' => $details]));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertSame(60.0, $failure->retryAfter());
        self::assertSame([], $this->clock->sleeps);
    }

    public function testALoginThatIsOverIsNotTriedAgainThoughUnavailable(): void
    {
        $details = Details::header(Details::errorInfo(ErrorReason::INSTAGRAM_UNAVAILABLE, ['next_step' => 'START_AGAIN', 'fbtrace_id' => 'A1']));
        $transport = new FakeTransport(Replies::failed(Status::UNAVAILABLE, ['grpc-status-details-bin' => $details]));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertInstanceOf(InstagramUnavailable::class, $failure);
        self::assertInstanceOf(Unavailable::class, $failure);
        self::assertTrue($failure->shouldStartAgain());
        self::assertFalse($failure->isRetryable());
        self::assertSame('A1', $failure->metadata()['fbtrace_id']);
    }

    public function testOtherStatusesAreNotTriedAgain(): void
    {
        $transport = new FakeTransport(Replies::failed(Status::RESOURCE_EXHAUSTED));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertInstanceOf(TooManyRequests::class, $failure);
    }

    public function testTheExceptionSaysReasonStepRequestAndStatus(): void
    {
        $transport = new FakeTransport(Replies::failed(Status::FAILED_PRECONDITION, [
            'grpc-message' => 'The login took too long%2E',
            'leadtap-request-id' => 'req-1',
            'grpc-status-details-bin' => Details::header(Details::errorInfo('AUTHORIZATION_EXPIRED', ['next_step' => 'START_AGAIN'])),
        ]));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertInstanceOf(AuthorizationExpired::class, $failure);
        self::assertSame(ErrorReason::AUTHORIZATION_EXPIRED, $failure->reason());
        self::assertSame(NextStep::START_AGAIN, $failure->nextStep());
        self::assertSame('req-1', $failure->requestId());
        self::assertSame(Status::FAILED_PRECONDITION, $failure->grpcStatus());
        self::assertNull($failure->retryAfter());
        self::assertSame('AUTHORIZATION_EXPIRED: The login took too long. (request req-1)', $failure->getMessage());
    }

    public function testAnInvalidRequestNamesTheFields(): void
    {
        $transport = new FakeTransport(Replies::failed(Status::INVALID_ARGUMENT, ['grpc-status-details-bin' => Details::header(
            Details::errorInfo('REQUEST_INVALID', ['next_step' => 'FIX_REQUEST']),
            Details::badRequest(['return_to' => 'at most 2048 bytes'])
        )]));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertInstanceOf(InvalidRequest::class, $failure);
        self::assertSame(['return_to' => 'at most 2048 bytes'], $failure->fieldViolations());
    }

    public function testTextThatIsNotUtf8IsAnInvalidRequestAndNothingIsSent(): void
    {
        $transport = new FakeTransport();
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->startAuthorization(new StartAuthorizationRequest(['return_to' => "/\xff"]));
        });
        self::assertInstanceOf(InvalidRequest::class, $failure);
        self::assertSame(['return_to' => 'not valid UTF-8'], $failure->fieldViolations());
        self::assertSame([], $transport->calls);
    }

    public function testTonicsAnswerToAnExpiredTimeoutIsDeadlineExceeded(): void
    {
        $transport = new FakeTransport(Replies::failed(Status::CANCELLED, ['grpc-message' => 'Timeout expired']));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->startAuthorization(new StartAuthorizationRequest());
        });
        self::assertInstanceOf(DeadlineExceeded::class, $failure);
        self::assertSame(Status::DEADLINE_EXCEEDED, $failure->grpcStatus());
        self::assertFalse($failure->isRetryable());
    }

    public function testCancelledBeforeTheDeadlineStaysCancelled(): void
    {
        $transport = new FakeTransport(Replies::failed(Status::CANCELLED));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertSame(CallFailed::class, get_class($failure));
        self::assertSame(Status::CANCELLED, $failure->grpcStatus());
    }

    public function testARetryCarriesTheRestOfTheDeadline(): void
    {
        $slow = function (): HttpReply {
            $this->clock->now += 3000000000;

            return Replies::failed(Status::UNAVAILABLE);
        };
        $transport = new FakeTransport($slow, Replies::good(new Lead()));
        $this->client($transport)->getLead(new GetLeadRequest(), 10.0);
        self::assertSame('10000000u', $transport->calls[0]['headers']['grpc-timeout']);
        $left = (int) $transport->calls[1]['headers']['grpc-timeout'];
        self::assertSame(7000000 - intdiv($this->clock->sleeps[0], 1000), $left + ($this->clock->sleeps[0] % 1000 === 0 ? 0 : 1));
    }

    public function testAnAnswerThatIsNoMessageIsAnInternalErrorAndNotAskedForAgain(): void
    {
        $body = "\0" . pack('N', 2) . "\x0a\x7f" . Replies::trailers(['grpc-status' => '0']);
        $transport = new FakeTransport(new HttpReply(200, ['content-type' => Replies::TYPE], $body));
        $failure = $this->failureOf(function () use ($transport): void {
            $this->client($transport)->getLead(new GetLeadRequest());
        });
        self::assertInstanceOf(InternalError::class, $failure);
        self::assertCount(1, $transport->calls);
    }

    public function testAStreamingMethodIsRefused(): void
    {
        $channel = new Channel(new FakeTransport());
        $this->expectException(\LogicException::class);
        $this->expectExceptionMessage('streams');
        $channel->unary(EverythingServiceClient::METHODS['watch'], new Everything());
    }

    private function client(FakeTransport $transport): LoginServiceClient
    {
        return new LoginServiceClient(new Channel($transport, null, 15.0, $this->clock));
    }

    private function failureOf(callable $call): LeadtapException
    {
        try {
            $call();
        } catch (LeadtapException $failure) {
            return $failure;
        }
        self::fail('the call succeeded');
    }
}
