<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Unit;

use Leadtap\Client\Google\Protobuf\Timestamp;
use Leadtap\Client\Tests\Generated\Test\V1\Color;
use Leadtap\Client\Tests\Generated\Test\V1\EverythingServiceClient;
use Leadtap\Client\Tests\Generated\Test\V1\ListMessage;
use Leadtap\Client\V1\AccountType;
use Leadtap\Client\V1\CompleteAuthorizationRequest;
use Leadtap\Client\V1\ErrorReason;
use Leadtap\Client\V1\GetLeadRequest;
use Leadtap\Client\V1\InstagramProfile;
use Leadtap\Client\V1\LoginServiceClient;
use Leadtap\Client\V1\StartAuthorizationResponse;
use PHPUnit\Framework\TestCase;

final class MessageTest extends TestCase
{
    public function testTheConstructorTakesTheNamesOfTheContract(): void
    {
        $profile = new InstagramProfile(['user_id' => '17841400000000001', 'account_type' => AccountType::CREATOR]);
        self::assertEquals((new InstagramProfile())->setUserId('17841400000000001')->setAccountType(2), $profile);
    }

    public function testANameThatIsNotInTheContractIsRefused(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        $this->expectExceptionMessage('has no field `userid`');
        new InstagramProfile(['userid' => '1']);
    }

    public function testAValueOfAnotherTypeIsRefused(): void
    {
        $this->expectException(\TypeError::class);
        new InstagramProfile(['user_id' => 17841400000000001]);
    }

    public function testZeroAndUnsetAreToldApartWhereTheContractSaysSo(): void
    {
        $profile = new InstagramProfile();
        self::assertNull($profile->getFollowersCount());
        self::assertFalse($profile->hasFollowersCount());
        $profile->setFollowersCount(0);
        self::assertTrue(InstagramProfile::fromBytes($profile->toBytes())->hasFollowersCount());
    }

    public function testSettingOneMemberOfAOneofUnsetsTheOthers(): void
    {
        $request = (new GetLeadRequest())->setLeadId('a')->setInstagramUserId('b');
        self::assertSame('instagram_user_id', $request->getKey());
        self::assertNull($request->getLeadId());
        self::assertSame('instagram_user_id', $request->setLeadId(null)->getKey());
    }

    public function testSecretsAreNotDumped(): void
    {
        $secret = 'f3c9-secret';
        $messages = [
            new StartAuthorizationResponse(['state' => $secret, 'authorization_url' => "https://example.org/?state={$secret}"]),
            new CompleteAuthorizationRequest(['browser_binding' => $secret, 'callback_query' => "code={$secret}"]),
        ];
        ob_start();
        var_dump($messages);
        self::assertStringNotContainsString($secret, (string) ob_get_clean() . print_r($messages, true));
    }

    public function testATimestampBecomesPhpsTimeAndBack(): void
    {
        $time = new \DateTimeImmutable('2026-11-23T10:20:30.123456+02:00');
        $timestamp = Timestamp::fromDateTime($time);
        self::assertSame(123456000, $timestamp->getNanos());
        self::assertEquals($time, $timestamp->toDateTime());
        self::assertSame('"2026-11-23T08:20:30.123456Z"', json_encode($timestamp));
        self::assertSame('1969-12-31T23:59:59.5', substr((new Timestamp(['seconds' => -1, 'nanos' => 500000000]))->jsonSerialize(), 0, 21));
    }

    public function testNamesThatPhpReservesAreWrittenAnotherWay(): void
    {
        self::assertSame('x', (new ListMessage(['function' => 'x']))->getFunction());
        self::assertSame([1, 2, -1, 3], [Color::CLASS_, Color::COLOR_2D, Color::NEGATIVE, Color::LIST]);
        self::assertSame('NEGATIVE', Color::name(-1));
        self::assertSame('99', Color::name(99));
    }

    public function testErrorReasonsAreTheStringsOfTheWire(): void
    {
        self::assertSame('AUTHORIZATION_EXPIRED', ErrorReason::AUTHORIZATION_EXPIRED);
    }

    public function testTheTableOfAServiceSaysWhatMayBeSentTwice(): void
    {
        $idempotent = array_column(LoginServiceClient::METHODS, 'idempotent', 'path');
        self::assertSame([
            '/leadtap.v1.LoginService/StartAuthorization' => false,
            '/leadtap.v1.LoginService/CompleteAuthorization' => true,
            '/leadtap.v1.LoginService/GetSite' => true,
            '/leadtap.v1.LoginService/GetLead' => true,
        ], $idempotent);
    }

    public function testAStreamingMethodIsInTheTableAndCannotBeCalled(): void
    {
        self::assertTrue(EverythingServiceClient::METHODS['watch']['server_streaming']);
        self::assertTrue(method_exists(EverythingServiceClient::class, 'echo'));
        self::assertFalse(method_exists(EverythingServiceClient::class, 'watch'));
    }
}
