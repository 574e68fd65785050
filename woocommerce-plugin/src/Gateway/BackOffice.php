<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Channel;
use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\V1\DeleteLeadRequest;
use Leadtap\WooCommerce\Client\V1\ExportLeadRequest;
use Leadtap\WooCommerce\Client\V1\GetLeadRequest;
use Leadtap\WooCommerce\Client\V1\GetLeadStatisticsRequest;
use Leadtap\WooCommerce\Client\V1\GetSiteRequest;
use Leadtap\WooCommerce\Client\V1\LeadServiceClient;
use Leadtap\WooCommerce\Client\V1\ListLeadsRequest;
use Leadtap\WooCommerce\Client\V1\LoginServiceClient;

/** The daemon, as those who look after the shop see it. */
class BackOffice
{
    /** For one call: a person waits for the page. */
    public const CALL_SECONDS = 1.9;

    /** For everything that is held of one person: the daemon looks through the log of a month. */
    public const PERSON_SECONDS = 10.0;

    private Calls $calls;

    public function __construct(Calls $calls)
    {
        $this->calls = $calls;
    }

    /** @throws GatewayFailure */
    public function site(): SiteInfo
    {
        $site = $this->calls->make(static fn (Channel $channel) => (new LoginServiceClient($channel))->getSite(
            new GetSiteRequest(),
            self::CALL_SECONDS
        ));

        return new SiteInfo(
            $site->getSiteId(),
            $site->getDaemonVersion(),
            array_values($site->getPermissions()),
            array_values($site->getRedirectUris()),
            $site->getDeletionStatusUrl()
        );
    }

    /**
     * @param string $filter of docs/leads.md; empty: all leads
     * @param string $order  `create_time` or `last_login_time`, then `asc` or `desc`
     *
     * @throws GatewayFailure
     */
    public function leads(string $filter, string $order, int $pageSize, string $pageToken): LeadPage
    {
        $request = (new ListLeadsRequest())
            ->setFilter($filter)
            ->setOrderBy($order)
            ->setPageSize($pageSize)
            ->setPageToken($pageToken);
        $reply = $this->calls->make(static fn (Channel $channel) => (new LeadServiceClient($channel))->listLeads(
            $request,
            self::CALL_SECONDS
        ));

        return new LeadPage(
            array_map([LeadConversions::class, 'record'], array_values($reply->getLeads())),
            $reply->getNextPageToken()
        );
    }

    /**
     * @return LeadRecord|null null: there is none
     *
     * @throws GatewayFailure
     */
    public function lead(string $leadId): ?LeadRecord
    {
        return $this->find((new GetLeadRequest())->setLeadId($leadId));
    }

    /**
     * @return LeadRecord|null the lead of either id; null: there is none
     *
     * @throws GatewayFailure
     */
    public function leadOf(InstagramIds $ids): ?LeadRecord
    {
        $lead = $ids->scopedId() === '' ? null : $this->find((new GetLeadRequest())->setInstagramScopedId($ids->scopedId()));
        if ($lead === null && $ids->userId() !== '') {
            $lead = $this->find((new GetLeadRequest())->setInstagramUserId($ids->userId()));
        }

        return $lead;
    }

    /**
     * Erases a lead, its access token and what its logins say.
     *
     * @return bool whether there was one, now or before
     *
     * @throws GatewayFailure
     */
    public function erase(string $leadId): bool
    {
        $request = (new DeleteLeadRequest())->setLeadId($leadId);
        $erased = $this->unlessNotFound(static fn (Channel $channel) => (new LeadServiceClient($channel))->deleteLead(
            $request,
            self::CALL_SECONDS
        ));

        return $erased !== null;
    }

    /**
     * Everything that is held of one person, as a document of JSON.
     *
     * @return string|null null: there is no such lead
     *
     * @throws GatewayFailure
     */
    public function person(string $leadId): ?string
    {
        $request = (new ExportLeadRequest())->setLeadId($leadId);
        $reply = $this->unlessNotFound(static fn (Channel $channel) => (new LeadServiceClient($channel))->exportLead(
            $request,
            self::PERSON_SECONDS
        ));

        return $reply === null ? null : $reply->getJson();
    }

    /**
     * @param list<int> $boundaries where days begin and the last one ends, in seconds since 1970; none: tokens alone
     *
     * @throws GatewayFailure
     */
    public function statistics(array $boundaries): Statistics
    {
        $moments = array_map(static fn (int $seconds) => (new Timestamp())->setSeconds($seconds), $boundaries);
        $request = (new GetLeadStatisticsRequest())->setBoundaries($moments);
        $reply = $this->calls->make(static fn (Channel $channel) => (new LeadServiceClient($channel))->getLeadStatistics(
            $request,
            self::CALL_SECONDS
        ));

        return LeadConversions::statistics($boundaries, $reply);
    }

    private function find(GetLeadRequest $request): ?LeadRecord
    {
        $lead = $this->unlessNotFound(static fn (Channel $channel) => (new LoginServiceClient($channel))->getLead(
            $request,
            self::CALL_SECONDS
        ));

        return $lead === null ? null : LeadConversions::record($lead);
    }

    /**
     * @template T
     *
     * @param callable(Channel): T $call
     *
     * @return T|null
     *
     * @throws GatewayFailure
     */
    private function unlessNotFound(callable $call)
    {
        try {
            return $this->calls->make($call);
        } catch (GatewayFailure $failure) {
            if ($failure->kind() === GatewayFailure::NOT_FOUND) {
                return null;
            }
            throw $failure;
        }
    }
}
