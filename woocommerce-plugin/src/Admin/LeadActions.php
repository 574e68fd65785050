<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Gateway\LeadRecord;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Privacy\Links;
use Leadtap\WooCommerce\Routing\NoStore;

/** What is done with one lead: everything about the person as a file, and erasure. */
final class LeadActions implements Module
{
    public const ERASE = 'leadtap_erase_lead';
    public const PERSON = 'leadtap_download_person';

    private BackOffice $daemon;

    private Links $accounts;

    private Log $log;

    public function __construct(BackOffice $daemon, Links $accounts, Log $log)
    {
        $this->daemon = $daemon;
        $this->accounts = $accounts;
        $this->log = $log;
    }

    public function register(): void
    {
        add_action('admin_post_' . self::ERASE, [$this, 'erase']);
        add_action('admin_post_' . self::PERSON, [$this, 'download']);
    }

    /** Erases the lead, and the links of the shop's accounts to it. The accounts themselves stay, with their orders. */
    public function erase(): void
    {
        $leadId = $this->leadId();
        Guard::enforce(self::ERASE . $leadId);
        if (($_POST['confirmed'] ?? '') !== '1') {
            $this->goBack(Pages::leads(['lead' => $leadId]), 'error', __('Nothing was erased: tick the box to say that you mean it.', 'leadtap'));
        }
        try {
            // Read first: an erased lead has no ids any more.
            $lead = $this->daemon->lead($leadId);
            $erased = $this->daemon->erase($leadId);
        } catch (GatewayFailure $failure) {
            $this->log->error('a lead could not be erased: ' . $failure->getMessage(), ['lead.id' => $leadId] + $failure->facts());
            $this->goBack(Pages::leads(['lead' => $leadId]), 'error', Words::failure($failure));
        }
        $this->forgetLinks($leadId, $lead);
        $this->log->info('a lead was erased', ['lead.id' => $leadId, 'user.id' => get_current_user_id()]);
        $this->goBack(
            Pages::leads(),
            'success',
            $erased
                ? __('The lead is erased, with its access token and what its logins said. A later login of the same account makes a new lead.', 'leadtap')
                : __('There is no such lead; it may have been erased before.', 'leadtap')
        );
    }

    /**
     * By the lead's id too: where the daemon's answer to an erasure was lost, the next attempt finds no lead any more.
     * Not before the erasure: one that fails would leave a lead that no account leads to.
     */
    private function forgetLinks(string $leadId, ?LeadRecord $lead): void
    {
        $users = $this->accounts->usersOfLead($leadId);
        foreach ($lead === null ? [] : array_filter([$lead->scopedId, $lead->userId]) as $instagramId) {
            $users = array_merge($users, $this->accounts->usersOf($instagramId));
        }
        array_map([$this->accounts, 'forget'], array_unique($users));
    }

    /** For a request under Article 15 GDPR. */
    public function download(): void
    {
        $leadId = $this->leadId();
        Guard::enforce(self::PERSON . $leadId);
        try {
            $json = $this->daemon->person($leadId);
        } catch (GatewayFailure $failure) {
            $this->log->error('a person could not be exported: ' . $failure->getMessage(), ['lead.id' => $leadId] + $failure->facts());
            $this->goBack(Pages::leads(['lead' => $leadId]), 'error', Words::failure($failure));
        }
        if ($json === null) {
            $this->goBack(Pages::leads(), 'error', __('There is no such lead; it may have been erased before.', 'leadtap'));
        }
        $this->log->info('what is held of a person was downloaded', ['lead.id' => $leadId, 'user.id' => get_current_user_id()]);
        NoStore::send();
        header('Content-Type: application/json; charset=utf-8');
        header('Content-Disposition: attachment; filename="lead-' . $leadId . '.json"');
        header('X-Content-Type-Options: nosniff');
        echo $json; // A file, not a page.
        exit;
    }

    private function leadId(): string
    {
        $leadId = $_REQUEST['lead'] ?? '';
        if (!is_string($leadId) || !LeadDetails::isId($leadId)) {
            wp_die(esc_html__('This is no lead: go back to the list of leads.', 'leadtap'), '', ['response' => 400]);
        }

        return $leadId;
    }

    /** @return never */
    private function goBack(string $url, string $level, string $sentence): void
    {
        Pages::say($level, [$sentence]);
        wp_safe_redirect($url, 303, 'leadtap');
        exit;
    }
}
