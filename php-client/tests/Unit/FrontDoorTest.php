<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Unit;

use Leadtap\Client\Address;
use Leadtap\Client\BrowserBinding;
use Leadtap\Client\Channel;
use Leadtap\Client\Deadline;
use Leadtap\Client\Exception\BrowserBindingMismatch;
use Leadtap\Client\Leadtap;
use Leadtap\Client\Tests\Support\FakeClock;
use Leadtap\Client\Tests\Support\FakeTransport;
use Leadtap\Client\Tests\Support\Replies;
use Leadtap\Client\V1\Authorized;
use Leadtap\Client\V1\CompleteAuthorizationRequest;
use Leadtap\Client\V1\CompleteAuthorizationResponse;
use Leadtap\Client\V1\StartAuthorizationRequest;
use Leadtap\Client\V1\StartAuthorizationResponse;
use PHPUnit\Framework\TestCase;

final class FrontDoorTest extends TestCase
{
    public function testALoginSendsTheHashAndThenTheSecret(): void
    {
        $transport = new FakeTransport(
            Replies::good(new StartAuthorizationResponse(['state' => 's'])),
            Replies::good(new CompleteAuthorizationResponse(['authorized' => new Authorized(['new_lead' => true])]))
        );
        $leadtap = new Leadtap(new Channel($transport));
        $binding = BrowserBinding::generate();
        $leadtap->start($binding, ['return_to' => '/checkout']);
        $outcome = $leadtap->complete('code=c&state=s#_', $binding->toCookie());
        self::assertTrue($outcome->getAuthorized()->getNewLead());

        $start = StartAuthorizationRequest::fromBytes(substr($transport->calls[0]['body'], 5));
        $complete = CompleteAuthorizationRequest::fromBytes(substr($transport->calls[1]['body'], 5));
        self::assertSame('/checkout', $start->getReturnTo());
        self::assertSame('code=c&state=s#_', $complete->getCallbackQuery());
        self::assertSame($start->getBrowserBindingHash(), hash('sha256', $complete->getBrowserBinding(), true));
        self::assertSame(32, strlen($complete->getBrowserBinding()));
    }

    /** @dataProvider cookiesThatAreNone */
    public function testWithoutItsCookieALoginIsOverAndNothingIsSent(?string $cookie): void
    {
        $transport = new FakeTransport();
        try {
            (new Leadtap(new Channel($transport)))->complete('code=c&state=s', $cookie);
            self::fail('it went on without a cookie');
        } catch (BrowserBindingMismatch $mismatch) {
            self::assertTrue($mismatch->shouldStartAgain());
            self::assertSame([], $transport->calls);
        }
    }

    /** @return array<string, array{?string}> */
    public function cookiesThatAreNone(): array
    {
        return ['none' => [null], 'empty' => [''], 'short' => ['abc'], 'not base64url' => [str_repeat('+', 43)]];
    }

    public function testABindingSurvivesItsCookieAndIsNotDumped(): void
    {
        $binding = BrowserBinding::generate();
        $cookie = $binding->toCookie();
        self::assertMatchesRegularExpression('/^[A-Za-z0-9_-]{43}$/D', $cookie);
        self::assertSame($binding->secret(), BrowserBinding::keepOrGenerate($cookie)->secret());
        self::assertNotSame($binding->secret(), BrowserBinding::keepOrGenerate(null)->secret());
        self::assertStringNotContainsString($binding->secret(), print_r($binding, true));
    }

    public function testTheCookieIsForThisSitesServerAlone(): void
    {
        $options = BrowserBinding::cookieOptions(1);
        self::assertSame(['expires' => 1, 'path' => '/', 'secure' => true, 'httponly' => true, 'samesite' => 'Lax'], $options);
    }

    /** @dataProvider addresses */
    public function testAnAddressIsReadOrRefused(string $address, ?string $read, bool $private): void
    {
        if ($read === null) {
            $this->expectException(\InvalidArgumentException::class);
        }
        $parsed = Address::parse($address);
        self::assertSame($read, (string) $parsed);
        self::assertSame($private, $parsed->isPrivate());
    }

    /** @return array<int, array{string, ?string, bool}> */
    public function addresses(): array
    {
        return [
            ['unix:///run/leadtap/leadtap.sock', '/run/leadtap/leadtap.sock', true],
            ['/run/leadtap/leadtap.sock', '/run/leadtap/leadtap.sock', true],
            ['tcp://127.0.0.1:8290', 'tcp://127.0.0.1:8290', true],
            ['tcp://[::1]:8290', 'tcp://[::1]:8290', true],
            ['tcp://192.0.2.1:8290', 'tcp://192.0.2.1:8290', false],
            ['tcp://127.0.0.1.example.org:8290', 'tcp://127.0.0.1.example.org:8290', false],
            ['https://leadtap.example.org:443', 'https://leadtap.example.org:443', true],
            ['unix://relative.sock', null, false],
            ['http://127.0.0.1:8290', null, false],
            ["tcp://127.0.0.1:8290\r\nx", null, false],
            ['127.0.0.1', null, false],
        ];
    }

    public function testATokenNeverCrossesANetworkInPlain(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        $this->expectExceptionMessage('https://');
        Leadtap::connect('tcp://192.0.2.1:8290', ['token' => 'sesame']);
    }

    public function testAnUnknownOptionIsRefused(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        $this->expectExceptionMessage('timeuot');
        Leadtap::connect('tcp://127.0.0.1:8290', ['timeuot' => 5]);
    }

    public function testADeadlineFitsItsHeader(): void
    {
        $clock = new FakeClock();
        self::assertSame('15000000u', Deadline::in(15.0, $clock)->grpcTimeout());
        self::assertSame('86400000m', Deadline::in(86400.0, $clock)->grpcTimeout());
        $deadline = Deadline::in(0.5, $clock);
        $clock->now += 600000000;
        self::assertSame(['0u', true], [$deadline->grpcTimeout(), $deadline->hasPassed()]);
    }

    /** @dataProvider timeoutsThatAreNone */
    public function testATimeoutThatIsNoneIsRefused(float $seconds): void
    {
        $this->expectException(\InvalidArgumentException::class);
        Deadline::in($seconds);
    }

    /** @return array<int, array{float}> */
    public function timeoutsThatAreNone(): array
    {
        return [[0.0], [-1.0], [NAN], [INF]];
    }
}
