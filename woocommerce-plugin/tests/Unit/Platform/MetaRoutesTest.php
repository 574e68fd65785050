<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Platform;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\DeletionStatus;
use Leadtap\WooCommerce\Client\V1\HandleDataDeletionRequest;
use Leadtap\WooCommerce\Client\V1\HandleDataDeletionResponse;
use Leadtap\WooCommerce\Client\V1\HandleDeauthorizationResponse;
use Leadtap\WooCommerce\Gateway\Calls;
use Leadtap\WooCommerce\Gateway\MetaCallbacks;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Platform\DeauthorizeRoute;
use Leadtap\WooCommerce\Platform\DeletionRoute;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\FakeLinks;
use Leadtap\WooCommerce\Tests\Support\KeptAnswer;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\TestClock;

final class MetaRoutesTest extends AdminTestCase
{
    private const CODE = '0123456789abcdef0123456789abcdef';

    private KeptAnswer $answer;

    private MemoryLog $log;

    private FakeLinks $links;

    protected function setUp(): void
    {
        parent::setUp();
        $this->answer = new KeptAnswer();
        $this->log = new MemoryLog();
        $this->links = new FakeLinks();
        $_SERVER['REQUEST_METHOD'] = 'POST';
        $_POST = ['signed_request' => self::signed('{"user_id":17841405793187218,"algorithm":"HMAC-SHA256"}')];
    }

    public function testADeletionErasesUnlinksAndAnswersWhatMetaWantsToHear(): void
    {
        $this->links->users = ['17841405793187218' => [7]];
        $this->daemon->answers((new HandleDataDeletionResponse())->setConfirmationCode(self::CODE));
        $this->deletion()->handle();
        self::assertSame(200, $this->answer->status);
        self::assertSame([
            'url' => 'https://shop.example/leadtap/deletion_status/?code=' . self::CODE,
            'confirmation_code' => self::CODE,
        ], $this->answer->fields);
        self::assertSame([7], $this->links->forgotten);
        self::assertSame($_POST['signed_request'], $this->daemon->request(HandleDataDeletionRequest::class)->getSignedRequest());
    }

    public function testTheSameRequestAgainLeavesWhoeverCameBackAlone(): void
    {
        $this->links->users = ['17841405793187218' => [7, 8]];
        $this->links->times = [7 => 1790000000, 8 => 1790000001];
        $carriedOut = (new DeletionStatus())->setCompleteTime((new Timestamp())->setSeconds(1790000000));
        $this->daemon->answers((new HandleDataDeletionResponse())->setConfirmationCode(self::CODE)->setStatus($carriedOut));
        $this->deletion()->handle();
        self::assertSame([7], $this->links->forgotten);
    }

    public function testThePageOfTheDaemonsConfigurationComesFirst(): void
    {
        $url = 'https://shop.example/gone?code=' . self::CODE;
        $this->daemon->answers((new HandleDataDeletionResponse())->setConfirmationCode(self::CODE)->setUrl($url));
        $this->deletion()->handle();
        self::assertSame($url, $this->answer->fields['url']);
    }

    public function testAForgedRequestUnlinksNobody(): void
    {
        $this->links->users = ['17841405793187218' => [7]];
        $this->daemon->refuses(Status::INVALID_ARGUMENT, 'SIGNED_REQUEST_INVALID', 'OPERATOR');
        $this->deletion()->handle();
        self::assertSame(400, $this->answer->status);
        self::assertSame([], $this->links->forgotten);
    }

    public function testADaemonThatIsDownIsToBeAskedAgain(): void
    {
        $this->links->users = ['17841405793187218' => [7]];
        $this->daemon->isNotThere();
        $this->deletion()->handle();
        self::assertSame(503, $this->answer->status);
        self::assertSame([], $this->links->forgotten);
    }

    public function testADeauthorizationIsAnsweredWith200AndKeepsTheLink(): void
    {
        $this->links->users = ['17841405793187218' => [7]];
        $this->daemon->answers(new HandleDeauthorizationResponse());
        (new DeauthorizeRoute($this->callbacks(), $this->answer, $this->log, new RateLimit(new Lock(), new TestClock())))->handle();
        self::assertSame(200, $this->answer->status);
        self::assertSame(['HandleDeauthorization'], $this->daemon->called());
        self::assertSame([], $this->links->forgotten);
    }

    /** @return iterable<string, array{string, array<string, mixed>, int}> */
    public function noRequests(): iterable
    {
        yield 'a visit' => ['GET', [], 405];
        yield 'an empty form' => ['POST', [], 400];
        yield 'a list' => ['POST', ['signed_request' => ['a.b']], 400];
        yield 'no dot' => ['POST', ['signed_request' => 'abc'], 400];
        yield 'other characters' => ['POST', ['signed_request' => "a.b\n"], 400];
        yield 'too long' => ['POST', ['signed_request' => str_repeat('a', 4096) . '.b'], 400];
    }

    /**
     * @dataProvider noRequests
     *
     * @param array<string, mixed> $form
     */
    public function testWhatIsNoRequestDoesNotReachTheDaemon(string $method, array $form, int $status): void
    {
        $_SERVER['REQUEST_METHOD'] = $method;
        $_POST = $form;
        $this->deletion()->handle();
        self::assertSame($status, $this->answer->status);
        self::assertSame([], $this->daemon->calls);
    }

    public function testAFloodOfForgedRequestsDoesNotFillTheLog(): void
    {
        for ($count = 0; $count < 30; $count++) {
            $this->daemon->refuses(Status::INVALID_ARGUMENT, 'SIGNED_REQUEST_INVALID', 'OPERATOR');
            $this->deletion()->handle();
        }
        self::assertCount(20, $this->log->lines);
        self::assertStringNotContainsString((string) $_POST['signed_request'], serialize($this->log->lines));
    }

    public function testDeletionsWorkWhileTheLoginIsSwitchedOff(): void
    {
        self::settings(['enabled' => false]);
        self::assertTrue($this->deletion()->isOpen());
    }

    private function deletion(): DeletionRoute
    {
        return new DeletionRoute($this->callbacks(), $this->links, new Urls(new Settings()), $this->answer, $this->log, new RateLimit(new Lock(), new TestClock()));
    }

    private function callbacks(): MetaCallbacks
    {
        return new MetaCallbacks(new Calls($this->daemon));
    }

    private static function signed(string $json): string
    {
        $encode = static fn (string $bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');

        return $encode(str_repeat("\1", 32)) . '.' . $encode($json);
    }
}
