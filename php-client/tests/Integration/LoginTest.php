<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Integration;

use Leadtap\Client\BrowserBinding;
use Leadtap\Client\Exception\AuthorizationNotFound;
use Leadtap\Client\Exception\BrowserBindingMismatch;
use Leadtap\Client\Exception\CallbackInvalid;
use Leadtap\Client\Exception\InvalidRequest;
use Leadtap\Client\Exception\LeadNotFound;
use Leadtap\Client\Exception\NotConfigured;
use Leadtap\Client\Exception\Unauthenticated;
use Leadtap\Client\Leadtap;
use Leadtap\Client\NextStep;
use Leadtap\Client\Status;
use Leadtap\Client\V1\AccountType;
use Leadtap\Client\V1\ErrorReason;
use Leadtap\Client\V1\GetLeadRequest;
use Leadtap\Client\V1\TokenState;

final class LoginTest extends DaemonTestCase
{
    private const ACCOUNT = 'mira_makes';

    /** @dataProvider everyWay */
    public function testALoginEndsInALead(string $transport, string $variable): void
    {
        $leadtap = $this->connect($transport, $variable);
        $binding = BrowserBinding::generate();
        $start = $leadtap->start($binding, ['attributes' => ['campaign' => "über {$transport}", '7' => 'seven'], 'return_to' => '/checkout?a=b']);
        self::assertMatchesRegularExpression('/^[A-Za-z0-9_-]{43}$/D', $start->getState());
        self::assertGreaterThan(time(), $start->getExpireTime()->getSeconds());

        $url = $this->sandbox()->decide($start->getAuthorizationUrl(), 'allow', self::ACCOUNT);
        $outcome = $leadtap->complete($url, $binding->toCookie());
        self::assertSame('authorized', $outcome->getOutcome());
        $authorized = $outcome->getAuthorized();
        self::assertFalse($authorized->getReplayed());
        self::assertSame('/checkout?a=b', $authorized->getReturnTo());

        $lead = $authorized->getLead();
        self::assertSame(self::ACCOUNT, $lead->getInstagram()->getUsername());
        self::assertSame(AccountType::CREATOR, $lead->getInstagram()->getAccountType());
        self::assertSame('17841405793187220', $lead->getInstagram()->getUserId());
        self::assertSame("über {$transport}", $lead->getAttributes()['campaign']);
        self::assertSame('seven', $lead->getAttributes()[7]);
        self::assertSame(TokenState::LONG_LIVED, $lead->getToken()->getState());

        self::assertEquals($lead, $leadtap->lead($lead->getLeadId()));
        $byInstagram = (new GetLeadRequest())->setInstagramUserId($lead->getInstagram()->getUserId());
        self::assertSame($lead->getLeadId(), $leadtap->login()->getLead($byInstagram)->getLeadId());

        $again = $leadtap->complete((string) parse_url($url, PHP_URL_QUERY), $binding->toCookie());
        self::assertTrue($again->getAuthorized()->getReplayed());
        self::assertSame($lead->getLeadId(), $again->getAuthorized()->getLead()->getLeadId());
    }

    /** @dataProvider everyWay */
    public function testThatTheShopperDeclinedIsAnAnswer(string $transport, string $variable): void
    {
        $leadtap = $this->connect($transport, $variable);
        $binding = BrowserBinding::generate();
        $start = $leadtap->start($binding, ['return_to' => '/cart']);
        $url = $this->sandbox()->decide($start->getAuthorizationUrl(), 'cancel', self::ACCOUNT);
        $declined = $leadtap->complete($url, $binding->toCookie())->getDeclined();
        self::assertNotNull($declined);
        self::assertSame(['access_denied', 'user_denied', '/cart'], [$declined->getError(), $declined->getReason(), $declined->getReturnTo()]);
    }

    /** @dataProvider everyWay */
    public function testAnotherBrowserIsTurnedAwayAndTheLoginGoesOn(string $transport, string $variable): void
    {
        $leadtap = $this->connect($transport, $variable);
        $binding = BrowserBinding::generate();
        $start = $leadtap->start($binding);
        $url = $this->sandbox()->decide($start->getAuthorizationUrl(), 'allow', self::ACCOUNT);
        $failure = $this->failureOf(static function () use ($leadtap, $url): void {
            $leadtap->complete($url, BrowserBinding::generate()->toCookie());
        });
        self::assertInstanceOf(BrowserBindingMismatch::class, $failure);
        self::assertSame(ErrorReason::BROWSER_BINDING_MISMATCH, $failure->reason());
        self::assertTrue($failure->shouldStartAgain());
        self::assertNotSame('', $failure->requestId());
        self::assertTrue($leadtap->complete($url, $binding->toCookie())->hasAuthorized());
    }

    /** @dataProvider everyWay */
    public function testEachFailureIsItsException(string $transport, string $variable): void
    {
        $leadtap = $this->connect($transport, $variable);
        $cookie = BrowserBinding::generate()->toCookie();

        $lead = $this->failureOf(static function () use ($leadtap): void {
            $leadtap->lead('0193a1b2-0000-7000-8000-000000000000');
        });
        self::assertInstanceOf(LeadNotFound::class, $lead);
        self::assertSame([Status::NOT_FOUND, NextStep::FIX_REQUEST], [$lead->grpcStatus(), $lead->nextStep()]);

        $state = $this->failureOf(static function () use ($leadtap, $cookie): void {
            $leadtap->complete('code=abc&state=' . str_repeat('A', 43), $cookie);
        });
        self::assertInstanceOf(AuthorizationNotFound::class, $state);

        $query = $this->failureOf(static function () use ($leadtap, $cookie): void {
            $leadtap->complete('code=a&code=b&state=' . str_repeat('A', 43), $cookie);
        });
        self::assertInstanceOf(CallbackInvalid::class, $query);

        $uri = $this->failureOf(static function () use ($leadtap): void {
            $leadtap->start(BrowserBinding::generate(), ['redirect_uri' => 'https://elsewhere.example.org/']);
        });
        self::assertInstanceOf(NotConfigured::class, $uri);

        $long = $this->failureOf(static function () use ($leadtap): void {
            $leadtap->start(BrowserBinding::generate(), ['return_to' => '/' . str_repeat('a', 2048)]);
        });
        self::assertInstanceOf(InvalidRequest::class, $long);
        self::assertArrayHasKey('return_to', $long->fieldViolations());
    }

    /** @dataProvider everyTcp */
    public function testAWrongTokenIsNobodys(string $transport): void
    {
        $leadtap = $this->connect($transport, 'LEADTAP_TCP', ['token' => 'not-a-token']);
        $failure = $this->failureOf(static function () use ($leadtap): void {
            $leadtap->lead('0193a1b2-0000-7000-8000-000000000000');
        });
        self::assertInstanceOf(Unauthenticated::class, $failure);
        self::assertSame(NextStep::OPERATOR, $failure->nextStep());
    }

    /** @return array<string, array{string}> */
    public function everyTcp(): array
    {
        return ['streams' => ['stream'], 'curl' => ['curl']];
    }
}
