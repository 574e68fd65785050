<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\LeadFilter;
use Leadtap\WooCommerce\Admin\LeadFinder;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\ListLeadsRequest;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;

final class LeadFinderTest extends AdminTestCase
{
    public function testAPageThatIsNotFullIsFilledByFurtherCalls(): void
    {
        $this->daemon
            ->answers(self::page([self::lead()], 'second'))
            ->answers(self::page([], 'third'))
            ->answers(self::page([self::lead(self::OTHER_LEAD)]));
        $page = $this->find('mira');
        self::assertSame([self::LEAD, self::OTHER_LEAD], array_column($page->leads, 'leadId'));
        self::assertSame('', $page->nextToken);
        $request = $this->daemon->request(ListLeadsRequest::class);
        self::assertSame(['third', 24, 'text:"mira"'], [$request->getPageToken(), $request->getPageSize(), $request->getFilter()]);
    }

    public function testASearchThatFindsLittleEndsAndCanGoOn(): void
    {
        for ($calls = 1; $calls <= 8; $calls++) {
            $this->daemon->answers(self::page([], "after-{$calls}"));
        }
        $page = $this->find('rare');
        self::assertSame([], $page->leads);
        self::assertSame('after-8', $page->nextToken);
    }

    public function testAWholeIdIsReadAndNotSearched(): void
    {
        $this->daemon->answers(self::lead());
        self::assertCount(1, $this->find(strtoupper(self::LEAD))->leads);
        self::assertSame(['GetLead'], $this->daemon->called());
    }

    public function testAnIdOfInstagramsIsLookedUpAsEither(): void
    {
        $this->daemon->refuses(Status::NOT_FOUND, 'LEAD_NOT_FOUND', 'FIX_REQUEST')->answers(self::lead());
        self::assertCount(1, $this->find('17841400000000042')->leads);
        self::assertSame(['GetLead', 'GetLead'], $this->daemon->called());
    }

    private function find(string $search): \Leadtap\WooCommerce\Gateway\LeadPage
    {
        $filter = LeadFilter::from(['search' => $search], new \DateTimeZone('UTC'));

        return (new LeadFinder($this->office))->page($filter, 'create_time desc', '');
    }
}
