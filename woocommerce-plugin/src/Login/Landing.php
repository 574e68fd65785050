<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;

/** Sends a shopper to the page that tells how it ended, with the shop's own form on it. */
final class Landing
{
    /** The login that the sentence's link goes on with. */
    public const AGAIN = 'leadtap_again';

    /** A place of a button, beside those that the settings name. */
    public const CHECKOUT = 'checkout';
    public const WP_LOGIN = 'wp_login';
    public const ACCOUNT_DETAILS = 'account_details';

    private Urls $urls;

    private ReturnTo $returnTo;

    private Responder $responder;

    public function __construct(Urls $urls, ReturnTo $returnTo, Responder $responder)
    {
        $this->urls = $urls;
        $this->returnTo = $returnTo;
        $this->responder = $responder;
    }

    /** @param string $flowId of a login that can still go on; empty: it is over */
    public function tell(string $outcome, string $place, string $returnTo, string $flowId = ''): void
    {
        $arguments = [Outcomes::PARAMETER => $outcome];
        if ($flowId !== '') {
            $arguments[self::AGAIN] = $flowId;
        }
        $this->responder->redirect($this->page($place, $returnTo, $arguments));
    }

    /** Where a sentence is told without anything having happened, as for a link on a page that may be cached. */
    public function address(string $outcome, string $place, string $returnTo): string
    {
        return $this->page($place, $returnTo, [Outcomes::PARAMETER => $outcome]);
    }

    /** Where the shop's own form is, without a word. */
    public function plainForm(string $place, string $returnTo): string
    {
        return $this->page($place, $returnTo, []);
    }

    /** @param array<string, string> $arguments */
    private function page(string $place, string $returnTo, array $arguments): string
    {
        if (is_user_logged_in()) {
            return add_query_arg(array_map('rawurlencode', $arguments), $this->urls->accountDetails());
        }
        $target = $this->returnTo->valid($returnTo);
        if ($place === self::CHECKOUT) {
            return $target === null
                ? $this->urls->checkout($arguments)
                : add_query_arg(array_map('rawurlencode', $arguments), $this->returnTo->url($target));
        }
        if ($target !== null) {
            $arguments['redirect_to'] = $this->returnTo->url($target);
        }
        if ($place === self::WP_LOGIN) {
            return add_query_arg(array_map('rawurlencode', $arguments), wp_login_url());
        }

        return $this->urls->account($arguments);
    }
}
