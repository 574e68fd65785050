<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Privacy;

use Leadtap\WooCommerce\Account\Consents;
use Leadtap\WooCommerce\Account\EmailProof;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Client\V1\DeleteLeadRequest;
use Leadtap\WooCommerce\Client\V1\DeleteLeadResponse;
use Leadtap\WooCommerce\Client\V1\ExportLeadResponse;
use Leadtap\WooCommerce\Client\V1\ListLeadsRequest;
use Leadtap\WooCommerce\Gateway\Consent;
use Leadtap\WooCommerce\Gateway\InstagramIds;
use Leadtap\WooCommerce\Gateway\Person;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Privacy\Eraser;
use Leadtap\WooCommerce\Privacy\Exporter;
use Leadtap\WooCommerce\Privacy\PersonLeads;
use Leadtap\WooCommerce\Privacy\UserFacts;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\FakeLinks;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class PrivacyToolsTest extends AdminTestCase
{
    private const EMAIL = 'mira@shop.example';

    private FakeLinks $links;

    protected function setUp(): void
    {
        parent::setUp();
        $this->links = new FakeLinks();
        WordPress::addUser(7, self::EMAIL);
    }

    public function testAPersonGetsWhatTheDaemonHoldsOfTheLinkedLead(): void
    {
        $this->links->leads = [7 => self::LEAD];
        $json = '{"lead":{"lead_id":"x","instagram":{"user_id":17841405793187218178,"name":"<b>M</b>","verified":true,"gone":null}}}';
        $this->daemon->answers(self::page([]))->answers((new ExportLeadResponse())->setJson($json));
        $exported = $this->exporter()->export(self::EMAIL);
        self::assertTrue($exported['done']);
        $rows = array_column($exported['data'][0]['data'], 'value', 'name');
        self::assertSame([
            'lead.lead_id' => 'x',
            'lead.instagram.user_id' => '17841405793187218178',
            'lead.instagram.name' => '&lt;b&gt;M&lt;/b&gt;',
            'lead.instagram.verified' => 'true',
        ], $rows);
    }

    public function testAndWhatWordPressKeepsOfTheAccount(): void
    {
        $accounts = self::accounts();
        $accounts->link(WordPress::$users[7], new Person(self::LEAD, new InstagramIds('25000000000000042', '17841400000000042'), 'mira', 'Mira', 'etag'));
        (new EmailProof())->prove(WordPress::$users[7], 1790000060);
        (new Consents())->keep(7, new Consent('2026-11 en', 1790000120, 'finish'));
        $this->daemon->answers(self::page([]));
        $data = $this->exporter()->export(self::EMAIL)['data'];
        self::assertCount(1, $data, 'the lead is known by the fake links alone');
        self::assertSame('leadtap-user-7', $data[0]['item_id']);
        self::assertSame([
            'Linked Instagram account' => '@mira',
            'Instagram id (of this app)' => '25000000000000042',
            'Instagram id (of the account)' => '17841400000000042',
            'Linked since' => '2026-09-21T14:13:20Z',
            'Lead' => self::LEAD,
            'Confirmed email address' => self::EMAIL,
            'Confirmed' => '2026-09-21T14:14:20Z',
            'Version of the consent text' => '2026-11 en',
            'Consent given' => '2026-09-21T14:15:20Z',
        ], array_column($data[0]['data'], 'value', 'name'));
    }

    public function testALeadWithTheAddressCountsOnlyWithProof(): void
    {
        $this->daemon
            ->answers(self::page([self::lead(self::LEAD, self::EMAIL, false)], 'more'))
            ->answers(self::page([self::lead(self::OTHER_LEAD, 'MIRA@shop.example', true), self::lead(self::LEAD, 'x' . self::EMAIL, true)]));
        self::assertSame([self::OTHER_LEAD], (new PersonLeads($this->office, $this->links))->of(self::EMAIL));
        self::assertSame('contact.email:* AND text:"mira@shop.example"', $this->daemon->request(ListLeadsRequest::class)->getFilter());
    }

    public function testAnErasureReachesTheDaemonAndThenForgetsTheLink(): void
    {
        $this->links->leads = [7 => self::LEAD];
        $this->daemon->answers(self::page([]))->answers((new DeleteLeadResponse())->setLeadId(self::LEAD));
        $erased = $this->eraser()->erase(self::EMAIL);
        self::assertSame([true, false, true], [$erased['items_removed'], $erased['items_retained'], $erased['done']]);
        self::assertSame(self::LEAD, $this->daemon->request(DeleteLeadRequest::class)->getLeadId());
        self::assertSame([7], $this->links->forgotten);
    }

    public function testADaemonThatIsDownStopsBothAndKeepsTheLink(): void
    {
        $this->links->leads = [7 => self::LEAD];
        $this->daemon->isNotThere();
        self::assertInstanceOf(\WP_Error::class, $this->exporter()->export(self::EMAIL));
        $this->daemon->isNotThere();
        self::assertInstanceOf(\WP_Error::class, $this->eraser()->erase(self::EMAIL));
        self::assertSame([], $this->links->forgotten);
    }

    public function testSomebodyOfWhomNothingIsHeldGetsNothing(): void
    {
        $this->daemon->answers(self::page([]))->answers(self::page([]));
        self::assertSame(['data' => [], 'done' => true], $this->exporter()->export('else@shop.example'));
        self::assertFalse($this->eraser()->erase('else@shop.example')['items_removed']);
    }

    private function exporter(): Exporter
    {
        return new Exporter($this->office, new PersonLeads($this->office, $this->links), new UserFacts(self::accounts()), new MemoryLog());
    }

    private static function accounts(): LinkedAccounts
    {
        return new LinkedAccounts(new Lock(), new TestClock(), new MemoryLog());
    }

    private function eraser(): Eraser
    {
        return new Eraser($this->office, new PersonLeads($this->office, $this->links), $this->links, new MemoryLog());
    }
}
