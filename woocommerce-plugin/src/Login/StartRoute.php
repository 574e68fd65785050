<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Routing\Request;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;

/** `?leadtap=start`: where the button leads. Everything of a visitor's own happens from here on. */
final class StartRoute implements Route
{
    public const NAME = 'start';

    private Settings $settings;

    private Urls $urls;

    private ReturnTo $returnTo;

    private FlowCookies $flows;

    private Visitor $visitor;

    private Departure $departure;

    private Landing $landing;

    private Responder $responder;

    public function __construct(
        Settings $settings,
        Urls $urls,
        ReturnTo $returnTo,
        FlowCookies $flows,
        Visitor $visitor,
        Departure $departure,
        Landing $landing,
        Responder $responder
    ) {
        $this->settings = $settings;
        $this->urls = $urls;
        $this->returnTo = $returnTo;
        $this->flows = $flows;
        $this->visitor = $visitor;
        $this->departure = $departure;
        $this->landing = $landing;
        $this->responder = $responder;
    }

    public function isOpen(): bool
    {
        return $this->settings->isEnabled();
    }

    public function handle(): void
    {
        $place = self::place(Request::query('place'));
        $returnTo = $this->returnTo->orReferer(Request::query('return_to'), Request::server('HTTP_REFERER'));
        if (self::isIdleRequest()) {
            $this->responder->page(503, '');
        } elseif (is_user_logged_in()) {
            $this->responder->redirect($this->returnTo->url($returnTo));
        } elseif ($this->flows->browserKeepsCookies() && !$this->visitor->mayBegin()) {
            $this->landing->tell(Outcomes::BUSY, $place, $returnTo);
        } elseif ($this->flows->browserKeepsCookies()) {
            $this->departure->leave(Flow::LOGIN, 0, $place, $returnTo);
        } elseif (Request::query('probe') !== '') {
            $this->landing->tell(Outcomes::COOKIES, $place, $returnTo);
        } else {
            // One hop more for a browser without any cookie, to know before Instagram whether it takes some.
            $this->flows->probe();
            $again = ['place' => $place, 'return_to' => $returnTo, 'probe' => '1'];
            $this->responder->redirect($this->urls->link(self::NAME, $again));
        }
    }

    /** A browser that only looks ahead begins no login; nor does a HEAD. */
    private static function isIdleRequest(): bool
    {
        $purpose = Request::server('HTTP_SEC_PURPOSE') . Request::server('HTTP_PURPOSE') . Request::server('HTTP_X_MOZ');

        return stripos($purpose, 'prefetch') !== false || stripos($purpose, 'prerender') !== false
            || Request::server('REQUEST_METHOD') !== 'GET';
    }

    private static function place(string $asked): string
    {
        return preg_match('/^[a-z_]{1,32}$/D', $asked) === 1 ? $asked : 'other';
    }
}
