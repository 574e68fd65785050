<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Gateway\InstagramIds;
use Leadtap\WooCommerce\Gateway\LeadPage;

/** Fills pages of leads. */
final class LeadFinder
{
    public const PAGE_SIZE = 25;

    /**
     * Calls for one page. With a rare word the daemon answers with few leads
     * and looks at ten thousand each time; the admin goes on from there.
     */
    private const CALLS = 8;

    /** Newest first, or by the newest login. */
    public const ORDERS = ['create_time desc', 'create_time asc', 'last_login_time desc', 'last_login_time asc'];

    private BackOffice $daemon;

    public function __construct(BackOffice $daemon)
    {
        $this->daemon = $daemon;
    }

    /** @throws GatewayFailure */
    public function page(LeadFilter $filter, string $order, string $pageToken): LeadPage
    {
        if ($pageToken === '') {
            $one = $this->byId($filter->search);
            if ($one !== null) {
                return $one;
            }
        }
        $leads = [];
        $next = $pageToken;
        for ($calls = 0; $calls < self::CALLS; $calls++) {
            $page = $this->daemon->leads($filter->expression(), $order, self::PAGE_SIZE - count($leads), $next);
            $leads = array_merge($leads, $page->leads);
            $next = $page->nextToken;
            if ($next === '' || count($leads) >= self::PAGE_SIZE) {
                break;
            }
        }

        return new LeadPage($leads, $next);
    }

    /** The lead of a whole id, which needs no search; null: it is none, or there is none. */
    private function byId(string $search): ?LeadPage
    {
        $lead = null;
        if (preg_match('/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/Di', $search) === 1) {
            $lead = $this->daemon->lead(strtolower($search));
        } elseif (preg_match('/^[0-9]{10,32}$/D', $search) === 1) {
            $lead = $this->daemon->leadOf(new InstagramIds($search, $search));
        }

        return $lead === null ? null : new LeadPage([$lead], '');
    }
}
