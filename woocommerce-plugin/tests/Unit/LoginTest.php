<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Account\FinishRoute;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\CompleteAuthorizationRequest;
use Leadtap\WooCommerce\Client\V1\CompleteAuthorizationResponse;
use Leadtap\WooCommerce\Client\V1\Declined;
use Leadtap\WooCommerce\Client\V1\StartAuthorizationRequest;
use Leadtap\WooCommerce\Gateway\Consent;
use Leadtap\WooCommerce\Gateway\Conversions;
use Leadtap\WooCommerce\Login\CallbackRoute;
use Leadtap\WooCommerce\Login\FlowCookies;
use Leadtap\WooCommerce\Login\StartRoute;
use Leadtap\WooCommerce\Tests\Support\FakeResponder;
use Leadtap\WooCommerce\Tests\Support\Shop;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class LoginTest extends TestCase
{
    private Shop $shop;

    protected function setUp(): void
    {
        parent::setUp();
        self::settings(['enabled' => true]);
        $this->shop = new Shop();
    }

    public function testAKnownCustomerIsLoggedInWithTwoCallsAndGoesBack(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $state = $this->shop->start(['return_to' => '/product/tea/']);
        $answer = $this->shop->comeBack($state);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertSame('https://shop.example/product/tea/', $answer->redirect);
        self::assertSame(['StartAuthorization', 'CompleteAuthorization'], $this->shop->daemon->called());
    }

    public function testTheDaemonGetsTheHashOfTheBrowsersSecretFirstAndTheSecretAfterwards(): void
    {
        $state = $this->shop->start();
        $hash = $this->shop->daemon->request(StartAuthorizationRequest::class)->getBrowserBindingHash();
        $this->shop->comeBack($state);
        $request = $this->shop->daemon->request(CompleteAuthorizationRequest::class);
        self::assertSame($hash, hash('sha256', $request->getBrowserBinding(), true));
        self::assertSame("code=the-code&state={$state}", $request->getCallbackQuery());
    }

    public function testTheReloadOfACallbackLogsInOnce(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $state = $this->shop->start();
        $first = $this->shop->comeBack($state);
        $second = $this->shop->comeBack($state);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertSame($first->redirect, $second->redirect);
    }

    public function testTwoTabsBothWork(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $one = $this->shop->start(['return_to' => '/one/']);
        $two = $this->shop->start(['return_to' => '/two/']);
        self::assertSame('https://shop.example/one/', $this->shop->comeBack($one)->redirect);
        self::assertSame('https://shop.example/two/', $this->shop->comeBack($two)->redirect);
        self::assertSame([5], WordPress::$loggedIn);
    }

    public function testTheCallbackOfAnotherBrowserLogsNobodyInAndAsksNobody(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $state = $this->shop->start();
        $this->shop->cookies->kept = ['any' => 'cookie'];
        $answer = $this->shop->visit(CallbackRoute::class, ['code' => 'the-code', 'state' => $state]);
        self::assertOutcome('other_browser', $answer);
        self::assertSame([], WordPress::$loggedIn);
        self::assertSame(['StartAuthorization'], $this->shop->daemon->called());
    }

    public function testALogoutEndsWhatIsUnderWay(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $state = $this->shop->start();
        $this->shop->comeBack($state);
        $this->shop->container->get(FlowCookies::class)->forgetAll();
        WordPress::$currentUser = 0;
        self::assertOutcome('other_browser', $this->shop->visit(CallbackRoute::class, ['code' => 'the-code', 'state' => $state]));
        self::assertSame([5], WordPress::$loggedIn);
    }

    public function testSomebodyNewIsAskedOnThePageThatBelongsToThisBrowserAlone(): void
    {
        $answer = $this->shop->comeBack($this->shop->start());
        self::assertStringStartsWith('https://shop.example/my-account/?leadtap=finish&flow=', $answer->redirect);
        self::assertSame([], WordPress::$loggedIn);
    }

    public function testAShopForMembersMakesNoAccounts(): void
    {
        add_filter('leadtap_may_register', static fn () => false);
        self::assertOutcome('closed', $this->shop->comeBack($this->shop->start()));
        self::assertSame([], WordPress::$transients);
    }

    public function testAShopThatMakesAccountsNowhereMakesNoneByInstagram(): void
    {
        WordPress::$options['woocommerce_enable_myaccount_registration'] = 'no';
        self::assertOutcome('closed', $this->shop->comeBack($this->shop->start()));
        WordPress::$options['woocommerce_enable_signup_and_login_from_checkout'] = 'yes';
        self::assertStringContainsString('leadtap=finish', $this->shop->comeBack($this->shop->start())->redirect);
        WordPress::$options['woocommerce_enable_signup_and_login_from_checkout'] = 'no';
        $asked = [];
        add_filter('leadtap_may_register', static function (bool $may) use (&$asked): bool {
            $asked[] = $may;

            return true;
        });
        self::assertStringContainsString('leadtap=finish', $this->shop->comeBack($this->shop->start())->redirect);
        self::assertSame([false], $asked);
    }

    public function testWhoIsLoggedInAsSomebodyElseStaysWhoTheyAre(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $state = $this->shop->start();
        WordPress::addUser(6, 'eve@shop.example');
        WordPress::$currentUser = 6;
        self::assertOutcome('already_in', $this->shop->comeBack($state));
        self::assertSame(6, WordPress::$currentUser);
    }

    public function testWhoIsLoggedInBeginsNoLogin(): void
    {
        WordPress::addUser(6, 'eve@shop.example');
        WordPress::$currentUser = 6;
        self::assertSame('https://shop.example/shop/', $this->shop->visit(StartRoute::class, ['return_to' => '/shop/'])->redirect);
        self::assertSame([], $this->shop->daemon->calls);
    }

    /** @return iterable<string, array{int, string, string, string}> */
    public function failures(): iterable
    {
        yield 'expired' => [Status::FAILED_PRECONDITION, 'AUTHORIZATION_EXPIRED', 'START_AGAIN', 'expired'];
        yield 'elsewhere' => [Status::PERMISSION_DENIED, 'BROWSER_BINDING_MISMATCH', 'START_AGAIN', 'other_browser'];
        yield 'used' => [Status::FAILED_PRECONDITION, 'CODE_REFUSED', 'START_AGAIN', 'start_again'];
        yield 'no role' => [Status::FAILED_PRECONDITION, 'INSTAGRAM_ROLE_MISSING', 'OPERATOR', 'not_admitted'];
        yield 'wrong app' => [Status::FAILED_PRECONDITION, 'INSTAGRAM_APP_REJECTED', 'OPERATOR', 'operator'];
        yield 'throttled' => [Status::RESOURCE_EXHAUSTED, 'INSTAGRAM_THROTTLED', 'START_AGAIN', 'instagram_down'];
        yield 'two leads' => [Status::FAILED_PRECONDITION, 'IDENTITY_CONFLICT', 'OPERATOR', 'operator'];
    }

    /** @dataProvider failures */
    public function testAFailureLeadsToTheShopsOwnForm(int $status, string $reason, string $next, string $outcome): void
    {
        $state = $this->shop->start(['return_to' => '/product/tea/']);
        $this->shop->daemon->refuses($status, $reason, $next);
        $answer = $this->shop->visit(CallbackRoute::class, ['code' => 'the-code', 'state' => $state]);
        self::assertOutcome($outcome, $answer);
        self::assertStringContainsString('redirect_to=' . rawurlencode('https://shop.example/product/tea/'), $answer->redirect);
        self::assertSame([], WordPress::$loggedIn);
        self::assertStringNotContainsString($state, implode('', $this->shop->log->lines));
        self::assertStringNotContainsString('the-code', implode('', $this->shop->log->lines));
    }

    public function testAtTheCheckoutAFailureLeadsBackToTheCheckout(): void
    {
        $this->shop->daemon->isNotThere();
        $answer = $this->shop->visit(StartRoute::class, ['place' => 'checkout', 'return_to' => '/checkout/']);
        self::assertSame('https://shop.example/checkout/?leadtap_outcome=unavailable', $answer->redirect);
    }

    public function testInstagramThatIsDownKeepsTheCodeForAnotherTry(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $state = $this->shop->start();
        $this->shop->daemon->refuses(Status::UNAVAILABLE, 'INSTAGRAM_UNAVAILABLE', 'RETRY');
        // The client tries again by itself where the contract says so.
        $this->shop->daemon->refuses(Status::UNAVAILABLE, 'INSTAGRAM_UNAVAILABLE', 'RETRY');
        $this->shop->daemon->refuses(Status::UNAVAILABLE, 'INSTAGRAM_UNAVAILABLE', 'RETRY');
        $this->shop->daemon->refuses(Status::UNAVAILABLE, 'INSTAGRAM_UNAVAILABLE', 'RETRY');
        $answer = $this->shop->visit(CallbackRoute::class, ['code' => 'the-code', 'state' => $state]);
        self::assertOutcome('instagram_down', $answer);
        self::assertSame(1, preg_match('/leadtap_again=([0-9a-f]{16})/', $answer->redirect, $parts));
        self::assertStringNotContainsString('the-code', json_encode(WordPress::$transients) . json_encode(WordPress::$options));

        $this->shop = $this->withFreshDaemon();
        $this->shop->daemon->answers(self::allowed());
        $this->shop->visit(CallbackRoute::class, ['leadtap_again' => $parts[1]]);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertSame("code=the-code&state={$state}", $this->shop->daemon->request(CompleteAuthorizationRequest::class)->getCallbackQuery());
    }

    public function testASlowInstagramIsWaitedForByAPageAndNotByAProcess(): void
    {
        $state = $this->shop->start();
        $this->shop->daemon->isTooSlow();
        $answer = $this->shop->visit(CallbackRoute::class, ['code' => 'the-code', 'state' => $state]);
        self::assertSame(200, $answer->status);
        self::assertMatchesRegularExpression('/http-equiv="refresh" content="1;url=[^"]+try=1"/', $answer->html);
        self::assertStringNotContainsString('the-code', $answer->html);
        self::assertStringNotContainsString($state, $answer->html);

        $this->shop->daemon->isTooSlow();
        preg_match('/leadtap_again=([0-9a-f]{16})/', $answer->html, $parts);
        self::assertOutcome('slow', $this->shop->visit(CallbackRoute::class, ['leadtap_again' => $parts[1], 'try' => '5']));
    }

    public function testDeclinedIsToldWithOrWithoutTheState(): void
    {
        $state = $this->shop->start();
        $declined = (new Declined())->setError('access_denied')->setReason('user_denied');
        $this->shop->daemon->answers((new CompleteAuthorizationResponse())->setDeclined($declined));
        $query = ['error' => 'access_denied', 'error_reason' => 'user_denied'];
        self::assertOutcome('declined', $this->shop->visit(CallbackRoute::class, $query + ['state' => $state]));
        self::assertOutcome('declined', $this->shop->visit(CallbackRoute::class, $query));
        self::assertOutcome('not_admitted', $this->shop->visit(CallbackRoute::class, ['error' => 'invalid_request']));
    }

    public function testWhoHasNoRoleInAnAppInReviewDidNotDecline(): void
    {
        $state = $this->shop->start();
        $declined = (new Declined())->setError('access_denied')->setDescription('Insufficient developer role');
        $this->shop->daemon->answers((new CompleteAuthorizationResponse())->setDeclined($declined));
        $query = ['error' => 'access_denied', 'error_description' => 'Insufficient developer role'];
        self::assertOutcome('not_admitted', $this->shop->visit(CallbackRoute::class, $query + ['state' => $state]));
        self::assertOutcome('not_admitted', $this->shop->visit(CallbackRoute::class, $query));
    }

    public function testABrowserThatBlocksCookiesHearsItBeforeInstagram(): void
    {
        $this->shop->cookies->isBlocked = true;
        $hop = $this->shop->visit(StartRoute::class, ['return_to' => '/shop/']);
        self::assertStringContainsString('leadtap=start', $hop->redirect);
        self::assertStringContainsString('probe=1', $hop->redirect);
        self::assertOutcome('cookies', $this->shop->visit(StartRoute::class, ['return_to' => '/shop/', 'probe' => '1']));
        self::assertOutcome('cookies', $this->shop->visit(CallbackRoute::class, ['code' => 'c', 'state' => 's']));
        self::assertSame([], $this->shop->daemon->calls);
    }

    public function testABrowserThatLooksAheadBeginsNoLogin(): void
    {
        $_SERVER['HTTP_SEC_PURPOSE'] = 'prefetch;prerender';
        self::assertSame(503, $this->shop->visit(StartRoute::class)->status);
        self::assertSame([], $this->shop->daemon->calls);
    }

    public function testOneAddressBeginsSoManyLoginsAndOthersAreNotTroubled(): void
    {
        $begin = function (string $address): string {
            $_SERVER['REMOTE_ADDR'] = $address;
            $this->shop->daemon->answers(Shop::started(str_repeat('x', 43)));

            return $this->shop->visit(StartRoute::class, ['place' => 'checkout', 'return_to' => '/checkout/'])->redirect;
        };
        for ($login = 0; $login < 300; $login++) {
            self::assertSame('', $begin('2001:db9::' . dechex($login)));
        }
        self::assertStringContainsString('leadtap_outcome=busy', $begin('2001:db9::ffff'));
        foreach (['2001:db9:0:1::1', '198.18.0.1', '10.0.0.1', '127.0.0.1', ''] as $other) {
            self::assertSame('', $begin($other), $other);
        }
        WordPress::$now += 600;
        self::assertSame('', $begin('2001:db9::1'));
        self::assertStringNotContainsString('2001:db9', (string) json_encode([WordPress::$transients, WordPress::$options]));
    }

    public function testAShopBehindAProxySaysWhoComes(): void
    {
        $_SERVER['REMOTE_ADDR'] = '10.0.0.1';
        add_filter('leadtap_client_address', static fn () => '9.9.9.9');
        for ($login = 0; $login < 301; $login++) {
            $this->shop->daemon->answers(Shop::started(str_repeat('x', 43)));
            $answer = $this->shop->visit(StartRoute::class);
        }
        self::assertOutcome('busy', $answer);
    }

    public function testTwoRequestsAtOnceTakeTurnsAtTheSessions(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $held = [];
        add_action('wp_login', static function () use (&$held): void {
            $held[] = preg_grep('/^leadtap_lock_/', array_keys(WordPress::$options));
        });
        $lock = 'leadtap_lock_' . substr(hash('sha256', 'sign-in|5'), 0, 40);
        $state = $this->shop->start();
        WordPress::$options[$lock] = (string) (time() + 100);
        self::assertOutcome('busy', $this->shop->comeBack($state));
        self::assertSame([], WordPress::$loggedIn);
        unset(WordPress::$options[$lock]);
        $this->shop->comeBack($state);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertSame([[]], $held, 'other plugins run without the lock');
    }

    public function testStaffIsRefused(): void
    {
        foreach (['administrator', 'shop_manager', 'editor'] as $number => $role) {
            parent::setUp();
            self::settings(['enabled' => true]);
            $this->shop = new Shop();
            $this->link(WordPress::addUser(10 + $number, "{$role}@shop.example", [$role]));
            self::assertOutcome('staff', $this->shop->comeBack($this->shop->start()), $role);
            self::assertSame([], WordPress::$loggedIn, $role);
        }
    }

    public function testWhomAnotherPluginBlocksIsRefused(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        add_filter('wp_authenticate_user', static fn () => new \WP_Error('not_approved', 'Wait.'));
        self::assertOutcome('blocked', $this->shop->comeBack($this->shop->start()));
        self::assertSame([], WordPress::$loggedIn);
    }

    public function testTheLoginFiresWordPresssOwnAction(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        $seen = [];
        add_action('wp_login', static function (string $login, \WP_User $user) use (&$seen): void {
            $seen[] = [$login, $user->ID, WordPress::$currentUser];
        }, 10, 2);
        $this->shop->comeBack($this->shop->start());
        self::assertSame([['user5', 5, 5]], $seen, 'WooCommerce merges the cart with it, in the own session');
    }

    public function testAFeatureThatIsOffHasNoRoutes(): void
    {
        $state = $this->shop->start();
        self::settings(['enabled' => false]);
        foreach ([StartRoute::class => [], CallbackRoute::class => ['code' => 'c', 'state' => $state], FinishRoute::class => []] as $route => $query) {
            $answer = $this->shop->visit($route, $query);
            self::assertSame(['', '', ''], [$answer->redirect, $answer->left, $answer->html], $route);
        }
        self::assertSame(['StartAuthorization'], $this->shop->daemon->called());
    }

    public function testTheSettingsAndAFilterChooseWhereToGoOnAndNeverElsewhere(): void
    {
        $this->link(WordPress::addUser(5, 'ada@shop.example'));
        self::settings(['enabled' => true, 'redirect' => '/my-account/orders/']);
        $state = $this->shop->start(['return_to' => '/shop/']);
        self::assertSame('https://shop.example/my-account/orders/', $this->shop->comeBack($state)->redirect);
        add_filter('leadtap_login_redirect', static fn () => 'https://evil.example/');
        self::assertSame('https://shop.example/my-account/orders/', $this->shop->comeBack($state)->redirect);
        self::settings(['enabled' => true, 'redirect' => 'https://evil.example/']);
        self::assertSame('https://shop.example/shop/', $this->shop->comeBack($state)->redirect);
    }

    public function testFiltersAddFactsAndTheConsentOfThePage(): void
    {
        add_filter('leadtap_attributes', static fn (array $facts) => $facts + ['campaign' => 'spring']);
        add_filter('leadtap_consent_at_start', static fn () => new Consent('v1', 1790000000, 'checkout'));
        $this->shop->start(['place' => 'checkout']);
        $request = $this->shop->daemon->request(StartAuthorizationRequest::class);
        self::assertSame(['place' => 'checkout', 'campaign' => 'spring'], $request->getAttributes());
        self::assertSame('v1', $request->getConsent()->getTextVersion());
    }

    private static function assertOutcome(string $outcome, FakeResponder $answer, string $message = ''): void
    {
        self::assertMatchesRegularExpression('/[?&]leadtap_outcome=' . $outcome . '(&|$)/', $answer->redirect, $message);
    }

    private static function allowed(): CompleteAuthorizationResponse
    {
        return (new CompleteAuthorizationResponse())
            ->setAuthorized((new \Leadtap\WooCommerce\Client\V1\Authorized())->setLead(Shop::lead()));
    }

    private function withFreshDaemon(): Shop
    {
        $fresh = new Shop();
        $fresh->cookies->kept = $this->shop->cookies->kept;

        return $fresh;
    }

    private function link(\WP_User $user): void
    {
        $this->shop->container->get(LinkedAccounts::class)->link($user, Conversions::person(Shop::lead()));
    }
}
