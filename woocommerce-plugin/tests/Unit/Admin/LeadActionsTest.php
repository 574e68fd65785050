<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\Export;
use Leadtap\WooCommerce\Admin\LeadActions;
use Leadtap\WooCommerce\Admin\Pages;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\DeleteLeadRequest;
use Leadtap\WooCommerce\Client\V1\DeleteLeadResponse;
use Leadtap\WooCommerce\Tests\Support\Admin;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\FakeLinks;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\Stopped;

final class LeadActionsTest extends AdminTestCase
{
    private FakeLinks $links;

    private LeadActions $actions;

    protected function setUp(): void
    {
        parent::setUp();
        $this->links = new FakeLinks();
        $this->actions = new LeadActions($this->office, $this->links, new MemoryLog());
        $_REQUEST = $_POST = ['lead' => self::LEAD, 'confirmed' => '1'];
    }

    public function testALeadIsErasedAndItsAccountsAreUnlinked(): void
    {
        self::comesFrom(LeadActions::ERASE . self::LEAD);
        $this->links->users = ['25000000000000042' => [7], '17841400000000042' => [8]];
        $this->daemon->answers(self::lead())->answers((new DeleteLeadResponse())->setLeadId(self::LEAD));
        self::assertStringContainsString('leadtap-leads', $this->ends([$this->actions, 'erase']));
        self::assertSame(['GetLead', 'DeleteLead'], $this->daemon->called());
        self::assertSame(self::LEAD, $this->daemon->request(DeleteLeadRequest::class)->getLeadId());
        self::assertSame([7, 8], $this->links->forgotten);
        self::assertSame('success', Pages::said()[0][0]);
        self::assertSame([], Pages::said());
    }

    public function testNothingIsErasedWithoutTheTick(): void
    {
        self::comesFrom(LeadActions::ERASE . self::LEAD);
        unset($_POST['confirmed']);
        $this->ends([$this->actions, 'erase']);
        self::assertSame([], $this->daemon->calls);
        self::assertSame('error', Pages::said()[0][0]);
    }

    public function testADaemonThatIsDownErasesNothingAndSaysSo(): void
    {
        self::comesFrom(LeadActions::ERASE . self::LEAD);
        $this->daemon->isNotThere();
        $this->links->users = ['25000000000000042' => [7]];
        $this->ends([$this->actions, 'erase']);
        self::assertSame([], $this->links->forgotten);
        self::assertStringContainsString('cannot be reached', Pages::said()[0][1]);
    }

    public function testAnErasureWhoseAnswerWasLostIsFinishedByTheNextAttempt(): void
    {
        self::comesFrom(LeadActions::ERASE . self::LEAD);
        $this->links->leads = [7 => self::LEAD, 8 => self::OTHER_LEAD];
        $this->daemon->answers(self::lead())->isTooSlow();
        $this->ends([$this->actions, 'erase']);
        self::assertSame([], $this->links->forgotten);
        self::assertSame('error', Pages::said()[0][0]);
        $this->daemon->refuses(Status::NOT_FOUND, 'LEAD_NOT_FOUND', 'FIX_REQUEST')->refuses(Status::NOT_FOUND, 'LEAD_NOT_FOUND', 'FIX_REQUEST');
        $this->ends([$this->actions, 'erase']);
        self::assertSame([7], $this->links->forgotten);
        self::assertStringContainsString('erased before', Pages::said()[0][1]);
    }

    /** @return iterable<string, array{callable(self): callable, string}> */
    public function acts(): iterable
    {
        yield 'erasing' => [static fn (self $test) => [$test->actions, 'erase'], LeadActions::ERASE . self::LEAD];
        yield 'everything about a person' => [static fn (self $test) => [$test->actions, 'download'], LeadActions::PERSON . self::LEAD];
        yield 'exporting' => [static fn (self $test) => [new Export($test->office, new MemoryLog()), 'send'], Export::ACTION];
    }

    /** @dataProvider acts */
    public function testWhoMayNotLookAfterTheShopMayDoNothing(callable $act, string $nonce): void
    {
        self::comesFrom($nonce);
        Admin::$capabilities = ['edit_posts', 'list_users'];
        self::assertStringContainsString('You may not look after this shop', $this->ends($act($this)));
        self::assertSame([], $this->daemon->calls);
    }

    /** @dataProvider acts */
    public function testAForgedFormDoesNothing(callable $act, string $nonce): void
    {
        self::comesFrom('another act, or the same on another lead');
        self::assertStringContainsString('expired', $this->ends($act($this)));
        self::assertSame([], $this->daemon->calls);
    }

    public function testWhatIsNoLeadIsRefused(): void
    {
        $_REQUEST['lead'] = '../' . self::LEAD;
        self::assertStringContainsString('no lead', $this->ends([$this->actions, 'erase']));
    }

    private function ends(callable $act): string
    {
        try {
            $act();
        } catch (Stopped $stopped) {
            return $stopped->getMessage();
        }
        self::fail('the request did not end');
    }
}
