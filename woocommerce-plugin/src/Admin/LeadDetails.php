<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Gateway\LeadRecord;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Privacy\Links;

/** One lead with everything that is known of it, and its erasure. */
final class LeadDetails
{
    private BackOffice $daemon;

    private Links $accounts;

    private Log $log;

    public function __construct(BackOffice $daemon, Links $accounts, Log $log)
    {
        $this->daemon = $daemon;
        $this->accounts = $accounts;
        $this->log = $log;
    }

    public function show(string $leadId): void
    {
        $view = ['notices' => Pages::said(), 'lead' => null, 'failure' => null, 'users' => []];
        try {
            $view['lead'] = $this->lead($leadId);
            $view['users'] = $view['lead'] === null ? [] : $this->users($view['lead']);
        } catch (GatewayFailure $failure) {
            $this->log->error('the page of a lead: ' . $failure->getMessage(), $failure->facts());
            $view['failure'] = $failure;
        }
        Template::show('lead', $view);
    }

    private function lead(string $leadId): ?LeadRecord
    {
        return self::isId($leadId) ? $this->daemon->lead($leadId) : null;
    }

    public static function isId(string $text): bool
    {
        return preg_match('/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/D', $text) === 1;
    }

    /** @return list<\WP_User> */
    private function users(LeadRecord $lead): array
    {
        $numbers = array_merge(
            $lead->scopedId === '' ? [] : $this->accounts->usersOf($lead->scopedId),
            $lead->userId === '' ? [] : $this->accounts->usersOf($lead->userId)
        );

        return array_values(array_filter(array_map('get_userdata', array_unique($numbers))));
    }
}
