<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Gateway\LeadPage;
use Leadtap\WooCommerce\Gateway\LeadRecord;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;
use Leadtap\WooCommerce\Routing\NoStore;

/**
 * The leads of a list as CSV, sent page by page as the daemon gives them: of a
 * million leads no more than one page is in memory.
 */
final class Export implements Module
{
    public const ACTION = 'leadtap_export_leads';

    /** Leads in one call: some hundred KB. */
    private const PAGE_SIZE = 200;

    /** For one page and its way to the browser; PHP's own limit is for the whole request. */
    private const PAGE_SECONDS = 60;

    private BackOffice $daemon;

    private Log $log;

    public function __construct(BackOffice $daemon, Log $log)
    {
        $this->daemon = $daemon;
        $this->log = $log;
    }

    public function register(): void
    {
        add_action('admin_post_' . self::ACTION, [$this, 'send']);
    }

    public function send(): void
    {
        Guard::enforce(self::ACTION);
        $filter = LeadFilter::from(wp_unslash($_GET), wp_timezone());
        try {
            // Before the first header: what fails now can still be said on a page.
            $first = $this->page($filter, '');
        } catch (GatewayFailure $failure) {
            $this->log->error('an export did not begin: ' . $failure->getMessage(), $failure->facts());
            Pages::say('error', [Words::failure($failure)]);
            wp_safe_redirect(Pages::leads($filter->query()), 303, 'leadtap');
            exit;
        }
        $this->log->info('leads are exported', ['user.id' => get_current_user_id()]);
        $this->begin();
        $this->write($filter, $first);
        exit;
    }

    /** @return list<string> */
    public static function names(): array
    {
        return [
            'lead_id', 'instagram_id', 'instagram_user_id', 'username', 'name', 'account_type', 'followers', 'posts',
            'email', 'email_verified', 'full_name', 'phone', 'consent_version', 'consent_time', 'consent_source',
            'consent_withdrawn', 'attributes', 'created', 'last_login', 'logins', 'token_state', 'token_expires',
        ];
    }

    /** @return list<string|int|null> in the order of {@see names()} */
    public static function row(LeadRecord $lead): array
    {
        $time = static fn (?int $seconds) => $seconds === null ? '' : gmdate('Y-m-d\TH:i:s\Z', $seconds);
        $attributes = [];
        foreach ($lead->attributes as $key => $value) {
            $attributes[] = "{$key}={$value}";
        }

        return [
            $lead->leadId, $lead->scopedId, $lead->userId, $lead->username, $lead->name, $lead->accountType,
            $lead->followers, $lead->posts, $lead->email, $time($lead->emailVerifiedTime), $lead->fullName, $lead->phone,
            $lead->consentVersion, $time($lead->consentTime), $lead->consentSource, $time($lead->consentWithdrawTime),
            implode('; ', $attributes), $time($lead->createTime), $time($lead->lastLoginTime), $lead->loginCount,
            $lead->tokenState, $time($lead->tokenExpireTime),
        ];
    }

    private function write(LeadFilter $filter, LeadPage $page): void
    {
        echo CsvWriter::BYTE_ORDER_MARK . CsvWriter::line(self::names());
        while (true) {
            foreach ($page->leads as $lead) {
                echo CsvWriter::line(self::row($lead));
            }
            flush();
            if ($page->nextToken === '' || connection_aborted() === 1) {
                return;
            }
            try {
                $page = $this->page($filter, $page->nextToken);
            } catch (GatewayFailure $failure) {
                // The status is sent, so the file itself has to say that it is not whole.
                $this->log->error('an export broke off: ' . $failure->getMessage(), $failure->facts());
                echo CsvWriter::line([__('THE EXPORT BROKE OFF HERE: this file is not whole. Export again.', 'leadtap')]);

                return;
            }
        }
    }

    private function page(LeadFilter $filter, string $token): LeadPage
    {
        if (function_exists('set_time_limit')) {
            @set_time_limit(self::PAGE_SECONDS);
        }

        return $this->daemon->leads($filter->expression(), 'create_time asc', self::PAGE_SIZE, $token);
    }

    private function begin(): void
    {
        while (ob_get_level() > 0) {
            ob_end_clean();
        }
        NoStore::send();
        header('Content-Type: text/csv; charset=utf-8');
        header('Content-Disposition: attachment; filename="leads-' . wp_date('Y-m-d') . '.csv"');
        header('X-Content-Type-Options: nosniff');
        // nginx would hold it back until it is whole.
        header('X-Accel-Buffering: no');
    }
}
