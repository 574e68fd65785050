<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Account\LeadSync;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\UpdateLeadRequest;
use Leadtap\WooCommerce\Gateway\Conversions;
use Leadtap\WooCommerce\Tests\Support\Shop;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class LeadSyncTest extends TestCase
{
    private Shop $shop;

    private LeadSync $sync;

    protected function setUp(): void
    {
        parent::setUp();
        $this->shop = new Shop();
        $this->sync = $this->shop->container->get(LeadSync::class);
        $user = WordPress::addUser(5, 'ada@shop.example');
        $this->shop->container->get(LinkedAccounts::class)->link($user, Conversions::person(Shop::lead()));
    }

    public function testALeadThatALoginChangedIsReadAnewAndWritten(): void
    {
        $this->shop->daemon->refuses(Status::ABORTED, 'ETAG_MISMATCH', 'FIX_REQUEST');
        $this->shop->daemon->answers(Shop::lead()->setEtag('etag-7'))->answers(Shop::lead()->setEtag('etag-8'));
        $this->sync->now(5);
        self::assertSame(['UpdateLead', 'GetLead', 'UpdateLead'], $this->shop->daemon->called());
        self::assertSame('etag-7', $this->shop->daemon->request(UpdateLeadRequest::class)->getLead()->getEtag());
        self::assertSame('etag-8', $this->shop->container->get(LinkedAccounts::class)->of(5)->etag);
    }

    public function testWhatFailsIsTriedAgainWithGrowingPausesAndNotForEver(): void
    {
        $this->sync->register();
        for ($attempt = 1; $attempt <= 10; $attempt++) {
            $this->shop->daemon->refuses(Status::RESOURCE_EXHAUSTED, 'TOO_MANY_CALLS', 'OPERATOR');
            do_action(LeadSync::HOOK, 5, $attempt);
        }
        self::assertCount(9, WordPress::$scheduled);
        self::assertSame([WordPress::$now + 60, LeadSync::HOOK, [5, 2]], WordPress::$scheduled[0]);
        self::assertSame([WordPress::$now + 240, LeadSync::HOOK, [5, 4]], WordPress::$scheduled[2]);
        self::assertStringStartsWith('error', end($this->shop->log->lines));
    }

    /** @return iterable<string, array{string, string}> */
    public function names(): iterable
    {
        yield 'short' => ['Ada Lovelace', 'Ada Lovelace'];
        yield 'as long as may be' => [str_repeat('é', 128), str_repeat('é', 128)];
        yield 'cut between characters' => [str_repeat('x', 255) . 'é', str_repeat('x', 255)];
        yield 'of four bytes each' => ['x' . str_repeat('😀', 64), 'x' . str_repeat('😀', 63)];
        yield 'broken' => ["\xffAda", ''];
    }

    /** @dataProvider names */
    public function testANameIsCutBetweenCharacters(string $name, string $sent): void
    {
        WordPress::$users[5]->display_name = $name;
        $this->shop->daemon->answers(Shop::lead()->setEtag('etag-2'));
        $this->sync->now(5);
        self::assertSame($sent, $this->shop->daemon->request(UpdateLeadRequest::class)->getLead()->getContact()->getFullName());
    }

    public function testALeadThatWasErasedIsLeftAlone(): void
    {
        $this->shop->daemon->refuses(Status::NOT_FOUND, 'LEAD_NOT_FOUND', 'FIX_REQUEST');
        $this->sync->now(5);
        self::assertSame([], WordPress::$scheduled);
    }

    public function testANewAddressReachesTheLeadInTheBackground(): void
    {
        $this->sync->register();
        $before = clone WordPress::$users[5];
        do_action('profile_update', 5, $before);
        self::assertSame([], WordPress::$scheduled);
        WordPress::$users[5]->user_email = 'new@shop.example';
        do_action('profile_update', 5, $before);
        self::assertSame([[WordPress::$now, LeadSync::HOOK, [5, 1]]], WordPress::$scheduled);
        self::assertSame([], $this->shop->daemon->calls);
    }

    public function testWhoIsNotLinkedIsNotTold(): void
    {
        WordPress::addUser(6, 'eve@shop.example');
        $this->sync->now(6);
        $this->sync->now(7);
        self::assertSame([], $this->shop->daemon->calls);
    }
}
