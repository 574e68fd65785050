<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\V1\Authorized;
use Leadtap\WooCommerce\Client\V1\CompleteAuthorizationResponse;
use Leadtap\WooCommerce\Client\V1\InstagramProfile;
use Leadtap\WooCommerce\Client\V1\Lead;
use Leadtap\WooCommerce\Client\V1\StartAuthorizationResponse;
use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Gateway\CircuitBreaker;
use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Login\CallbackRoute;
use Leadtap\WooCommerce\Login\Cookies;
use Leadtap\WooCommerce\Login\StartRoute;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Route;
use Leadtap\WooCommerce\Routing\Router;
use Leadtap\WooCommerce\Routing\Urls;

/** The whole plugin, as it is wired, with a daemon, a browser and a clock of the test's own. */
final class Shop
{
    public const SCOPED_ID = '27640875392278831';
    public const USER_ID = '17841405793187218';

    public FakeDaemon $daemon;

    public FakeCookies $cookies;

    public MemoryLog $log;

    public Container $container;

    private int $states = 0;

    public function __construct()
    {
        $this->daemon = new FakeDaemon();
        $this->cookies = new FakeCookies();
        $this->log = new MemoryLog();
        $this->container = Plugin::container();
        $this->container->set(Clock::class, static fn () => new TestClock());
        $this->container->set(Lock::class, static fn () => new Lock(0.0));
        $this->container->set(Log::class, fn () => $this->log);
        $this->container->set(Cookies::class, fn () => $this->cookies);
        $this->container->set(Gateway::class, fn () => new Gateway($this->daemon, new CircuitBreaker(new TestClock())));
    }

    /**
     * One request for a route.
     *
     * @param class-string<Route>   $route
     * @param array<string, string> $query
     * @param array<string, string>|null $form null: a GET
     */
    public function visit(string $route, array $query = [], ?array $form = null): FakeResponder
    {
        $responder = new FakeResponder();
        $this->container->set(Responder::class, static fn () => $responder);
        $_GET = $query;
        $_POST = $form ?? [];
        $_SERVER['REQUEST_METHOD'] = $form === null ? 'GET' : 'POST';
        $_SERVER['QUERY_STRING'] = http_build_query($query);
        WordPress::$hooks['pre_do_shortcode_tag'] = [];
        // Made anew, as PHP makes everything for each request.
        $container = Plugin::container();
        foreach ([Clock::class, Lock::class, Log::class, Cookies::class, Gateway::class, Responder::class] as $kept) {
            $container->set($kept, fn () => $this->container->get($kept));
        }
        $urls = $container->get(Urls::class);
        $name = ['leadtap' => $route::NAME];
        $_GET += $name;
        try {
            (new Router($urls, [$route::NAME => static fn () => $container->get($route)]))->dispatch();
        } catch (Answered $answered) {
            return $responder;
        }
        $responder->html = (string) apply_filters('pre_do_shortcode_tag', '', 'woocommerce_my_account');

        return $responder;
    }

    /**
     * Taps the button.
     *
     * @param array<string, string> $query
     *
     * @return string the state
     */
    public function start(array $query = []): string
    {
        $state = str_pad('state-' . ++$this->states, 43, 'x');
        $this->daemon->answers(self::started($state));
        $this->visit(StartRoute::class, $query);

        return $state;
    }

    /** Comes back from Instagram, allowed. */
    public function comeBack(string $state, ?Lead $lead = null): FakeResponder
    {
        $this->daemon->answers((new CompleteAuthorizationResponse())->setAuthorized((new Authorized())->setLead($lead ?? self::lead())));

        return $this->visit(CallbackRoute::class, ['code' => 'the-code', 'state' => $state]);
    }

    public static function started(string $state): StartAuthorizationResponse
    {
        return (new StartAuthorizationResponse())
            ->setAuthorizationUrl("https://www.instagram.com/oauth/authorize?state={$state}")
            ->setState($state)
            ->setExpireTime((new Timestamp())->setSeconds(WordPress::$now + 600));
    }

    public static function lead(string $scopedId = self::SCOPED_ID, string $userId = self::USER_ID): Lead
    {
        $profile = (new InstagramProfile())->setId($scopedId)->setUserId($userId)->setUsername('atelier.nord')->setName('Atelier Nord');

        return (new Lead())->setLeadId('018f0000-0000-7000-8000-000000000001')->setEtag('etag-1')->setInstagram($profile);
    }
}
