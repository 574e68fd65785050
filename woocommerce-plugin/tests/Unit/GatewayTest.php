<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\Authorized;
use Leadtap\WooCommerce\Client\V1\CompleteAuthorizationResponse;
use Leadtap\WooCommerce\Client\V1\Declined;
use Leadtap\WooCommerce\Client\V1\InstagramProfile;
use Leadtap\WooCommerce\Client\V1\Lead;
use Leadtap\WooCommerce\Client\V1\StartAuthorizationRequest;
use Leadtap\WooCommerce\Client\V1\StartAuthorizationResponse;
use Leadtap\WooCommerce\Client\V1\UpdateLeadRequest;
use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Gateway\Consent;
use Leadtap\WooCommerce\Gateway\ContactDetails;
use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Gateway\SettingsChannels;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\FakeDaemon;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class GatewayTest extends TestCase
{
    private FakeDaemon $daemon;

    private Gateway $gateway;

    protected function setUp(): void
    {
        parent::setUp();
        $this->daemon = new FakeDaemon();
        $this->gateway = new Gateway($this->daemon, new CircuitBreaker(new TestClock()));
    }

    public function testALoginMakesTwoCallsEachWithADeadlineBelowTwoSeconds(): void
    {
        $this->daemon->answers(self::started())->answers(self::authorized());
        $this->gateway->startLogin('https://shop.example/leadtap/callback/', str_repeat("\1", 32), '/checkout/');
        $this->gateway->completeLogin('code=c&state=s', str_repeat("\2", 32));
        self::assertSame(['StartAuthorization', 'CompleteAuthorization'], $this->daemon->called());
        foreach ($this->daemon->calls as $call) {
            self::assertMatchesRegularExpression('/^([0-9]+)([mun])$/D', $call['timeout']);
            $unit = ['m' => 1e3, 'u' => 1e6, 'n' => 1e9][substr($call['timeout'], -1)];
            self::assertLessThan(2.0, (int) $call['timeout'] / $unit);
        }
    }

    public function testAPhpThatCannotSpeakToTheAddressIsTheOperatorsMatterAndNoFatalError(): void
    {
        self::settings(['address' => 'https://daemon.example:8443']);
        WordPress::$missingFunctions = ['curl_init'];
        $gateway = new Gateway(new SettingsChannels(new Settings()), new CircuitBreaker(new TestClock()));
        try {
            $gateway->completeLogin('code=c&state=s', str_repeat("\2", 32));
            self::fail('it went through');
        } catch (GatewayFailure $failure) {
            self::assertSame(GatewayFailure::OPERATOR, $failure->kind());
            self::assertStringContainsString('curl extension', $failure->getMessage());
        }
    }

    public function testItSaysWhereTheShopperWantsToGoAndWhatWasAgreed(): void
    {
        $this->daemon->answers(self::started());
        $consent = new Consent('2026-11 en', 1790000000, 'checkout');
        $started = $this->gateway->startLogin('https://s/cb', str_repeat("\1", 32), '/checkout/', ['place' => 'checkout'], $consent);
        $request = $this->daemon->request(StartAuthorizationRequest::class);
        self::assertSame('/checkout/', $request->getReturnTo());
        self::assertSame(['place' => 'checkout'], $request->getAttributes());
        self::assertSame('2026-11 en', $request->getConsent()->getTextVersion());
        self::assertSame(1790000600, $started->expireTime);
        self::assertStringNotContainsString('the-state', print_r($started, true));
    }

    public function testDeclinedIsAnAnswer(): void
    {
        $declined = (new Declined())->setError('access_denied')->setReason('user_denied')->setReturnTo('/checkout/');
        $this->daemon->answers((new CompleteAuthorizationResponse())->setDeclined($declined));
        $finished = $this->gateway->completeLogin('error=access_denied&state=s', str_repeat("\2", 32));
        self::assertNull($finished->person);
        self::assertSame('user_denied', $finished->declinedBecause);
        self::assertSame('/checkout/', $finished->returnTo);
    }

    public function testALeadWithoutIdsIsNobody(): void
    {
        $nobody = (new Lead())->setLeadId('id')->setInstagram((new InstagramProfile())->setUsername('someone'));
        $this->daemon->answers((new CompleteAuthorizationResponse())->setAuthorized((new Authorized())->setLead($nobody)));
        $this->expectExceptionObject(new GatewayFailure('', 'The daemon answered with a lead without ids: an Instagram id is 1 to 32 digits'));
        $this->gateway->completeLogin('code=c&state=s', str_repeat("\2", 32));
    }

    /** @return iterable<string, array{int, string, string, string, bool}> */
    public function failures(): iterable
    {
        yield 'too late' => [Status::FAILED_PRECONDITION, 'AUTHORIZATION_EXPIRED', 'START_AGAIN', GatewayFailure::EXPIRED, false];
        yield 'long gone' => [Status::NOT_FOUND, 'AUTHORIZATION_NOT_FOUND', 'START_AGAIN', GatewayFailure::EXPIRED, false];
        yield 'elsewhere' => [Status::PERMISSION_DENIED, 'BROWSER_BINDING_MISMATCH', 'START_AGAIN', GatewayFailure::OTHER_BROWSER, false];
        yield 'used' => [Status::FAILED_PRECONDITION, 'CODE_REFUSED', 'START_AGAIN', GatewayFailure::START_AGAIN, false];
        yield 'throttled' => [Status::RESOURCE_EXHAUSTED, 'INSTAGRAM_THROTTLED', 'START_AGAIN', GatewayFailure::INSTAGRAM_DOWN, false];
        yield 'too many' => [Status::RESOURCE_EXHAUSTED, 'TOO_MANY_STARTS', 'RETRY', GatewayFailure::BUSY, true];
        yield 'two leads' => [Status::FAILED_PRECONDITION, 'IDENTITY_CONFLICT', 'OPERATOR', GatewayFailure::CONFLICT, false];
        yield 'no role' => [Status::FAILED_PRECONDITION, 'INSTAGRAM_ROLE_MISSING', 'OPERATOR', GatewayFailure::OPERATOR, false];
        yield 'not ours' => [Status::PERMISSION_DENIED, 'PERMISSION_MISSING', 'OPERATOR', GatewayFailure::OPERATOR, false];
    }

    /** @dataProvider failures */
    public function testAFailureSaysWhatItMeansForTheShop(int $status, string $reason, string $next, string $kind, bool $again): void
    {
        $this->daemon->refuses($status, $reason, $next);
        try {
            $this->gateway->completeLogin('code=c&state=s', str_repeat("\2", 32));
            self::fail('it did not fail');
        } catch (GatewayFailure $failure) {
            self::assertSame([$kind, $reason, 'request-1', $again], [$failure->kind(), $failure->reason(), $failure->requestId(), $failure->canRepeat()]);
        }
    }

    public function testADaemonThatIsNotThereIsNotAskedForAWhile(): void
    {
        for ($calls = 1; $calls <= CircuitBreaker::THRESHOLD + 2; $calls++) {
            $this->daemon->isNotThere();
            try {
                $this->gateway->startLogin('https://s/cb', str_repeat("\1", 32), '/');
                self::fail('it did not fail');
            } catch (GatewayFailure $failure) {
                self::assertSame(GatewayFailure::DOWN, $failure->kind());
            }
        }
        self::assertCount(CircuitBreaker::THRESHOLD, $this->daemon->calls);
    }

    public function testASlowInstagramDoesNotOpenTheCircuit(): void
    {
        for ($calls = 1; $calls <= CircuitBreaker::THRESHOLD + 1; $calls++) {
            $this->daemon->isTooSlow();
            try {
                $this->gateway->completeLogin('code=c&state=s', str_repeat("\2", 32));
                self::fail('it did not fail');
            } catch (GatewayFailure $failure) {
                self::assertSame(GatewayFailure::SLOW, $failure->kind());
                self::assertTrue($failure->canRepeat());
            }
        }
        self::assertCount(CircuitBreaker::THRESHOLD + 1, $this->daemon->calls);
    }

    public function testAnUpdateNamesWhatItWrites(): void
    {
        $this->daemon->answers((new Lead())->setEtag('after'));
        $details = new ContactDetails('a@shop.example', 1790000000, 'Ada', new Consent('v1', 1790000000, 'finish'));
        self::assertSame('after', $this->gateway->updateContact('lead', 'before', $details));
        $request = $this->daemon->request(UpdateLeadRequest::class);
        self::assertSame('before', $request->getLead()->getEtag());
        self::assertSame('a@shop.example', $request->getLead()->getContact()->getEmail());
        self::assertSame(
            ['contact.email', 'contact.email_verified_time', 'contact.full_name', 'consent'],
            $request->getUpdateMask()->getPaths()
        );
    }

    private static function started(): StartAuthorizationResponse
    {
        return (new StartAuthorizationResponse())
            ->setAuthorizationUrl('https://www.instagram.com/oauth/authorize?state=the-state')
            ->setState('the-state')
            ->setExpireTime((new Timestamp())->setSeconds(1790000600));
    }

    private static function authorized(): CompleteAuthorizationResponse
    {
        $profile = (new InstagramProfile())->setId('27640875392278831')->setUserId('17841405793187218');
        $lead = (new Lead())->setLeadId('lead')->setInstagram($profile);

        return (new CompleteAuthorizationResponse())->setAuthorized((new Authorized())->setLead($lead));
    }
}
