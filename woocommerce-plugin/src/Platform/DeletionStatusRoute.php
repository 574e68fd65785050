<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Platform;

use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Gateway\MetaCallbacks;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Routing\Urls;

/** The page on which a person reads what became of the deletion that they asked Meta for. */
final class DeletionStatusRoute implements Route
{
    private MetaCallbacks $daemon;

    private Urls $urls;

    private Responder $responder;

    private Log $log;

    public function __construct(MetaCallbacks $daemon, Urls $urls, Responder $responder, Log $log)
    {
        $this->daemon = $daemon;
        $this->urls = $urls;
        $this->responder = $responder;
        $this->log = $log;
    }

    /** Also while the login is switched off. */
    public function isOpen(): bool
    {
        return true;
    }

    public function handle(): void
    {
        $code = is_string($_GET['code'] ?? null) ? trim(wp_unslash($_GET['code'])) : '';
        [$status, $sentence] = $code === '' ? [200, ''] : $this->answer($code);
        $isFound = $status === 200 && $sentence !== '';
        $this->responder->page($status, DeletionStatusPage::html($sentence, $isFound, $code, $this->urls->endpoint('deletion_status')));
    }

    /** @return array{int, string} HTTP status, and what is to be read */
    private function answer(string $code): array
    {
        $unknown = [404, __('There is no deletion with this code. Look whether the whole code is there: it has 32 letters and digits.', 'leadtap')];
        if (preg_match('/^[0-9a-fA-F]{32}$/D', $code) !== 1) {
            return $unknown;
        }
        try {
            $outcome = $this->daemon->deletion($code);
        } catch (GatewayFailure $failure) {
            if ($failure->kind() === GatewayFailure::NOT_FOUND) {
                return $unknown;
            }
            $this->log->error('the deletion status page: ' . $failure->getMessage(), $failure->facts());

            return [503, __('This cannot be looked up at the moment. Please come back in a few minutes; your deletion does not depend on it.', 'leadtap')];
        }
        $day = $outcome->time === null ? '' : (string) wp_date((string) get_option('date_format'), $outcome->time);

        return [200, $outcome->wasErased
            /* translators: %s: a date */
            ? sprintf(__('Everything that we held of your Instagram account was deleted on %s.', 'leadtap'), $day)
            /* translators: %s: a date */
            : sprintf(__('We held nothing of your Instagram account when Meta asked us on %s, so there was nothing to delete.', 'leadtap'), $day)];
    }
}
