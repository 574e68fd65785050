<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Account\ConfirmRoute;
use Leadtap\WooCommerce\Account\EmailProof;
use Leadtap\WooCommerce\Account\FinishRoute;
use Leadtap\WooCommerce\Account\LeadSync;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Account\Passwords;
use Leadtap\WooCommerce\Account\PendingStore;
use Leadtap\WooCommerce\Account\ProveRoute;
use Leadtap\WooCommerce\Account\Registration;
use Leadtap\WooCommerce\Client\V1\Lead;
use Leadtap\WooCommerce\Client\V1\UpdateLeadRequest;
use Leadtap\WooCommerce\Gateway\Conversions;
use Leadtap\WooCommerce\Login\FlowCookies;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Tests\Support\Answered;
use Leadtap\WooCommerce\Tests\Support\FakeResponder;
use Leadtap\WooCommerce\Tests\Support\Shop;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class FinishTest extends TestCase
{
    private Shop $shop;

    private string $flow;

    private string $token;

    protected function setUp(): void
    {
        parent::setUp();
        self::settings(['enabled' => true, 'consent_text' => 'Write to me.', 'consent_version' => '2026-11 en']);
        $this->shop = new Shop();
        $this->shop->container->get(LeadSync::class)->register();
        $this->begin();
    }

    /** Another login of the same Instagram account. */
    private function begin(): void
    {
        $back = $this->shop->comeBack($this->shop->start(['return_to' => '/checkout/', 'place' => 'checkout']));
        preg_match('/flow=([0-9a-f]{16})/', $back->redirect, $parts);
        $this->flow = $parts[1];
        preg_match('/name="leadtap_token" value="([0-9a-f]+)"/', $this->page()->html, $parts);
        $this->token = $parts[1];
    }

    public function testTheStepHasTheNameFilledInAndTheConsentWithItsVersion(): void
    {
        $html = $this->page()->html;
        self::assertStringContainsString('value="Atelier Nord"', $html);
        self::assertStringContainsString('Write to me.', $html);
        self::assertStringContainsString('name="leadtap_consent_version" value="2026-11 en"', $html);
        self::assertStringNotContainsString('leadtap_terms', $html, 'this shop has none');
    }

    public function testSomebodyNewBecomesACustomerAndTheLeadHasWhatTheySaid(): void
    {
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $answer = $this->send(['email' => 'ada@shop.example', 'leadtap_name' => 'Ada Lovelace', 'leadtap_consent' => '1', 'leadtap_consent_version' => '2026-11 en']);
        self::assertSame('https://shop.example/checkout/', $answer->redirect);
        $user = get_user_by('email', 'ada@shop.example');
        self::assertSame([$user->ID], WordPress::$loggedIn);
        self::assertSame(['customer'], $user->roles);
        self::assertSame('Ada Lovelace', $user->display_name);
        $request = $this->shop->daemon->request(UpdateLeadRequest::class);
        self::assertSame('ada@shop.example', $request->getLead()->getContact()->getEmail());
        self::assertFalse($request->getLead()->getContact()->hasEmailVerifiedTime());
        self::assertSame('2026-11 en', $request->getLead()->getConsent()->getTextVersion());
        self::assertSame('etag-1', $request->getLead()->getEtag());
        self::assertCount(1, WordPress::$mails);
    }

    public function testTheRoleIsACustomersWhateverAnotherPluginMakesOfTheRequest(): void
    {
        add_filter('woocommerce_new_customer_data', static fn (array $data) => ['role' => 'administrator'] + $data);
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->send(['email' => 'eve@shop.example', 'role' => 'administrator']);
        self::assertSame(['customer'], get_user_by('email', 'eve@shop.example')->roles);
    }

    public function testADoubleClickMakesOneAccount(): void
    {
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->send(['email' => 'ada@shop.example']);
        $again = $this->send(['email' => 'ada@shop.example']);
        self::assertCount(1, WordPress::$users);
        self::assertCount(1, WordPress::$loggedIn);
        self::assertSame('https://shop.example/checkout/', $again->redirect);
    }

    public function testOfTwoClicksAtOnceTheSecondIsNotAskedWhoseAccountItIs(): void
    {
        $container = $this->shop->container;
        $responder = new FakeResponder();
        $container->set(Responder::class, static fn () => $responder);
        $pending = $container->get(PendingStore::class)->find($container->get(FlowCookies::class)->read($this->flow));
        // The first is through after the second looked whether all is done, and before the second has its turn.
        $user = WordPress::addUser(5, 'ada@shop.example');
        $container->get(LinkedAccounts::class)->link($user, $pending->person);
        $_POST = ['email' => 'ada@shop.example'];
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        try {
            self::assertNull($container->get(Registration::class)->take($pending), 'asked for proof');
        } catch (Answered $answered) {
            self::assertSame('https://shop.example/checkout/', $responder->redirect);
        }
        self::assertSame([5], WordPress::$loggedIn);
    }

    public function testAShopThatClosedMeanwhileMakesNoAccount(): void
    {
        WordPress::$options['woocommerce_enable_myaccount_registration'] = 'no';
        self::assertStringContainsString('leadtap_outcome=closed', $this->send(['email' => 'ada@shop.example'])->redirect);
        WordPress::$options['woocommerce_enable_myaccount_registration'] = 'yes';
        add_filter('leadtap_may_register', static fn () => false);
        self::assertStringContainsString('leadtap_outcome=closed', $this->send(['email' => 'ada@shop.example'])->redirect);
        self::assertSame([], WordPress::$users);
    }

    public function testADaemonThatIsAwayStopsNoAccountAndIsToldLater(): void
    {
        $this->shop->daemon->isNotThere();
        $this->send(['email' => 'ada@shop.example']);
        self::assertCount(1, WordPress::$loggedIn);
        self::assertSame([[WordPress::$now + 60, 'leadtap_sync_lead', [WordPress::$loggedIn[0], 2]]], WordPress::$scheduled);
    }

    public function testAnotherBrowserSeesNoStep(): void
    {
        $this->shop->cookies->kept = ['any' => 'cookie'];
        self::assertStringContainsString('leadtap_outcome=other_browser', $this->page()->redirect);
        self::assertStringContainsString('leadtap_outcome=other_browser', $this->send(['email' => 'ada@shop.example'])->redirect);
        self::assertSame([], WordPress::$users);
    }

    public function testAFormOfAnotherSiteDoesNothing(): void
    {
        $this->token = str_repeat('0', 64);
        $answer = $this->send(['email' => 'ada@shop.example']);
        self::assertStringContainsString('was not sent from here', $answer->html);
        self::assertSame([], WordPress::$users);
    }

    public function testWhatIsWrongIsSaidAndWhatWasTypedStays(): void
    {
        self::settings(['enabled' => true, 'consent_text' => 'Write to me.', 'consent_version' => 'v2', 'consent_required' => true]);
        WordPress::$options['woocommerce_terms_page_id'] = 9;
        $html = $this->send(['email' => 'nonsense', 'leadtap_name' => 'Ada "L" <b>', 'leadtap_consent' => '1', 'leadtap_consent_version' => 'v1'])->html;
        foreach (['valid email address', 'accept the terms', 'agree to the text', 'value="Ada &quot;L&quot;'] as $expected) {
            self::assertStringContainsString($expected, $html);
        }
        self::assertSame([], WordPress::$users);
    }

    public function testTheEmailOfAnAccountLogsNobodyInAndLinksNothing(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example');
        $answer = $this->send(['email' => 'ADA@shop.example']);
        self::assertStringContainsString('name="leadtap_password"', $answer->html);
        self::assertSame([], WordPress::$loggedIn);
        self::assertNull($this->linkOf($user));
        self::assertStringNotContainsString($user->user_login, $answer->html);
    }

    public function testThatAccountsPasswordProvesIt(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example', ['customer'], 'her password');
        $this->send(['email' => 'ada@shop.example']);
        self::assertStringContainsString('not the password', $this->send(['leadtap_step' => 'password', 'leadtap_password' => 'a guess'])->html);
        self::assertNull($this->linkOf($user));
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $answer = $this->send(['leadtap_step' => 'password', 'leadtap_password' => 'her password']);
        self::assertSame('https://shop.example/checkout/', $answer->redirect);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertNotNull($this->linkOf($user));
    }

    public function testOneInstagramAccountCannotAskForEverWhoHasAnAccount(): void
    {
        WordPress::addUser(5, 'ada@shop.example');
        for ($asked = 0; $asked < 30; $asked++) {
            if ($asked % 10 === 9) {
                $this->begin();
            }
            self::assertStringContainsString('Password of that account', $this->send(['email' => 'ada@shop.example'])->html);
            self::assertStringContainsString('name="email"', $this->send(['leadtap_step' => 'other'])->html);
        }
        $this->begin();
        $answer = $this->send(['email' => 'ada@shop.example'])->html;
        self::assertStringContainsString('Too many attempts', $answer);
        self::assertStringNotContainsString('Password of that account', $answer);
        WordPress::$now += 86400;
        $this->begin();
        self::assertStringContainsString('Password of that account', $this->send(['email' => 'ada@shop.example'])->html);
    }

    public function testPluginsThatLockAccountsHaveTheirSay(): void
    {
        WordPress::addUser(5, 'ada@shop.example', ['customer'], 'her password');
        add_filter('authenticate', static fn () => new \WP_Error('locked', '<b>Locked</b> for an hour.'));
        $this->send(['email' => 'ada@shop.example']);
        $answer = $this->send(['leadtap_step' => 'password', 'leadtap_password' => 'her password']);
        self::assertStringContainsString('Locked for an hour.', $answer->html);
        self::assertSame([], WordPress::$loggedIn);
    }

    public function testGuessesAreCountedByWordPressAndEndAfterSome(): void
    {
        WordPress::addUser(5, 'ada@shop.example', ['customer'], 'her password');
        $failed = 0;
        add_action('wp_login_failed', static function () use (&$failed): void {
            $failed++;
        });
        $this->send(['email' => 'ada@shop.example']);
        for ($guess = 0; $guess < 12; $guess++) {
            $this->send(['leadtap_step' => 'password', 'leadtap_password' => "guess {$guess}"]);
        }
        self::assertSame(10, $failed);
        $this->send(['leadtap_step' => 'password', 'leadtap_password' => 'her password']);
        self::assertSame([], WordPress::$loggedIn);
    }

    public function testAMailedLinkProvesItOnceAndInThisBrowserAlone(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example');
        $this->send(['email' => 'ada@shop.example']);
        $this->send(['leadtap_step' => 'mail']);
        $query = self::queryOfMail();
        self::assertSame('ada@shop.example', WordPress::$mails[0]['to']);

        $kept = $this->shop->cookies->kept;
        $this->shop->cookies->kept = ['any' => 'cookie'];
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, $query, [])->redirect);
        $this->shop->cookies->kept = $kept;
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, ['key' => str_repeat('0', 64)] + $query, [])->redirect);
        self::assertStringContainsString('Link @atelier.nord', $this->shop->visit(ProveRoute::class, $query)->html, 'to look is not to press');
        self::assertSame([], WordPress::$loggedIn);

        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->shop->visit(ProveRoute::class, $query, []);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertNotNull($this->linkOf($user));
        self::assertSame(WordPress::$now, $this->shop->container->get(EmailProof::class)->verifiedTime($user));

        WordPress::$currentUser = 0;
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, $query, [])->redirect);
    }

    public function testALinkMailedToOneAccountProvesNoOther(): void
    {
        WordPress::addUser(5, 'eve@shop.example');
        $victim = WordPress::addUser(6, 'victim@shop.example');
        $this->send(['email' => 'eve@shop.example']);
        $this->send(['leadtap_step' => 'mail']);
        $query = self::queryOfMail();
        $page = $this->send(['email' => 'victim@shop.example']);
        self::assertStringNotContainsString('We sent a link', $page->html);
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, $query)->redirect);
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, $query, [])->redirect);
        $this->assertNoneIsLinked($victim);
    }

    public function testNorWhereTheOtherAccountWasGivenFirst(): void
    {
        WordPress::addUser(5, 'eve@shop.example');
        $victim = WordPress::addUser(6, 'victim@shop.example');
        foreach (['victim@shop.example', 'eve@shop.example'] as $address) {
            $this->send(['email' => $address]);
            $this->send(['leadtap_step' => 'mail']);
        }
        $query = self::queryOfMail();
        $this->send(['email' => 'victim@shop.example']);
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, $query, [])->redirect);
        $this->send(['leadtap_step' => 'other']);
        $this->send(['email' => 'victim@shop.example']);
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, $query, [])->redirect);
        $this->assertNoneIsLinked($victim);
    }

    public function testAKeyKeptWithAnotherAccountIsWorthNothing(): void
    {
        WordPress::addUser(5, 'eve@shop.example');
        $victim = WordPress::addUser(6, 'victim@shop.example');
        $this->send(['email' => 'eve@shop.example']);
        $this->send(['leadtap_step' => 'mail']);
        foreach (preg_grep('/^leadtap_pending_/', array_keys(WordPress::$transients)) as $name) {
            WordPress::$transients[$name]['value']['claimed'] = 6;
        }
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, self::queryOfMail(), [])->redirect);
        $this->assertNoneIsLinked($victim);
    }

    public function testALinkProvesTheAddressThatItWentToAndNoOther(): void
    {
        WordPress::addUser(5, 'eve@shop.example');
        $this->send(['email' => 'eve@shop.example']);
        $this->send(['leadtap_step' => 'mail']);
        WordPress::$users[5]->user_email = 'victim@shop.example';
        self::assertStringContainsString('mail_link_over', $this->shop->visit(ProveRoute::class, self::queryOfMail(), [])->redirect);
        self::assertNull($this->shop->container->get(EmailProof::class)->verifiedTime(WordPress::$users[5]));
    }

    public function testTheSameAddressGivenAgainKeepsTheLinkThatIsUnderWay(): void
    {
        WordPress::addUser(5, 'ada@shop.example');
        $this->send(['email' => 'ada@shop.example']);
        $this->send(['leadtap_step' => 'mail']);
        $this->send(['email' => 'ada@shop.example']);
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->shop->visit(ProveRoute::class, self::queryOfMail(), []);
        self::assertSame([5], WordPress::$loggedIn);
    }

    public function testWhoProvesTheAddressFirstShutsOutWhoeverRegisteredWithIt(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example', ['customer'], "a stranger's password");
        $stranger = Conversions::person(Shop::lead('1', '2'));
        $accounts = $this->shop->container->get(LinkedAccounts::class);
        $accounts->link($user, $stranger);
        $order = [];
        add_action('wp_login', static function () use (&$order): void {
            $order = WordPress::$loggedOut;
        });
        self::assertStringContainsString('its old password ends with this', $this->mailed()->html, 'told before');
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $answer = $this->shop->visit(ProveRoute::class, self::queryOfMail(), []);
        self::assertSame('https://shop.example/checkout/', $answer->redirect);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertSame([5], $order, 'sessions end before the one that begins');
        self::assertSame([5], WordPress::$applicationsEnded);
        self::assertNotSame("a stranger's password", WordPress::$users[5]->user_pass);
        self::assertFalse($this->shop->container->get(Passwords::class)->has(5));
        self::assertNull($accounts->userFor($stranger->ids));
        self::assertSame(Shop::SCOPED_ID, $this->linkOf($user)->ids->scopedId());
        self::assertSame(WordPress::$now, $this->shop->container->get(EmailProof::class)->verifiedTime($user));
        self::assertStringContainsString('no longer works', end(WordPress::$notices)[1], 'told afterwards');
        self::assertStringContainsString('/my-account/lost-password/', end(WordPress::$mails)['body'], 'and by e-mail');
        $written = $this->shop->daemon->request(UpdateLeadRequest::class);
        self::assertSame(WordPress::$now, $written->getLead()->getContact()->getEmailVerifiedTime()->getSeconds());
    }

    public function testOfTwoClicksTheSecondEndsNoSessionOfTheFirst(): void
    {
        WordPress::addUser(5, 'ada@shop.example');
        $this->mailed();
        $query = self::queryOfMail();
        $pending = WordPress::$transients;
        $lock = 'leadtap_lock_' . substr(hash('sha256', 'prove|5'), 0, 40);
        WordPress::$options[$lock] = time() . '-first';
        self::assertStringContainsString('leadtap_outcome=busy', $this->shop->visit(ProveRoute::class, $query, [])->redirect);
        self::assertSame([[], []], [WordPress::$loggedOut, WordPress::$loggedIn]);
        unset(WordPress::$options[$lock]);
        foreach ([1, 2] as $click) {
            WordPress::$transients = $pending;
            WordPress::$currentUser = 0;
            $this->shop->daemon->answers((new Lead())->setEtag("etag-{$click}"));
            $this->shop->visit(ProveRoute::class, $query, []);
        }
        self::assertSame([[5], [5, 5]], [WordPress::$loggedOut, WordPress::$loggedIn]);
    }

    public function testWhoseAddressWasProvenBeforeKeepsPasswordSessionsAndLink(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example', ['customer'], 'her password');
        $proof = $this->shop->container->get(EmailProof::class);
        $proof->prove($user, 7);
        self::assertStringNotContainsString('password', $this->mailed()->html);
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->shop->visit(ProveRoute::class, self::queryOfMail(), []);
        self::assertSame([5], WordPress::$loggedIn);
        self::assertSame(['her password', []], [WordPress::$users[5]->user_pass, WordPress::$loggedOut]);
        self::assertSame(7, $proof->verifiedTime($user));
    }

    public function testAProvenAccountThatHasAnotherInstagramKeepsIt(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example');
        $this->shop->container->get(LinkedAccounts::class)->link($user, Conversions::person(Shop::lead('1', '2')));
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->shop->container->get(EmailProof::class)->prove($user, 7);
        $this->mailed();
        self::assertStringContainsString('leadtap_outcome=has_other', $this->shop->visit(ProveRoute::class, self::queryOfMail(), [])->redirect);
        self::assertSame('1', $this->linkOf($user)->ids->scopedId());
    }

    public function testALinkThatIsRefusedProvesNothingAndEndsNothing(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example', ['customer'], 'her password');
        $this->mailed();
        $accounts = $this->shop->container->get(LinkedAccounts::class);
        $accounts->link($user, Conversions::person(Shop::lead('1', '2')));
        $accounts->link(WordPress::addUser(6, 'eve@shop.example'), Conversions::person(Shop::lead()));
        self::assertStringContainsString('leadtap_outcome=taken', $this->shop->visit(ProveRoute::class, self::queryOfMail(), [])->redirect);
        self::assertNull($this->shop->container->get(EmailProof::class)->verifiedTime($user));
        self::assertSame('1', $this->linkOf($user)->ids->scopedId());
        self::assertSame(['her password', []], [WordPress::$users[5]->user_pass, WordPress::$loggedOut]);
    }

    public function testAPasswordThatProvesAnAccountStays(): void
    {
        WordPress::addUser(5, 'ada@shop.example', ['customer'], 'her password');
        $this->send(['email' => 'ada@shop.example']);
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->send(['leadtap_step' => 'password', 'leadtap_password' => 'her password']);
        self::assertSame(['her password', []], [WordPress::$users[5]->user_pass, WordPress::$loggedOut]);
    }

    public function testTheMailedKeyIsNotInTheDatabase(): void
    {
        WordPress::addUser(5, 'ada@shop.example');
        $this->send(['email' => 'ada@shop.example']);
        $this->send(['leadtap_step' => 'mail']);
        $database = json_encode([WordPress::$transients, WordPress::$options, WordPress::$meta]);
        self::assertStringNotContainsString(self::queryOfMail()['key'], $database);
    }

    public function testAnAdministratorsAccountIsLinkedByNothing(): void
    {
        $user = WordPress::addUser(5, 'boss@shop.example', ['administrator'], 'her password');
        $this->send(['email' => 'boss@shop.example']);
        $this->send(['leadtap_step' => 'mail']);
        self::assertSame([], WordPress::$mails);
        $answer = $this->send(['leadtap_step' => 'password', 'leadtap_password' => 'her password']);
        self::assertStringContainsString('leadtap_outcome=staff', $answer->redirect);
        self::assertSame([], WordPress::$loggedIn);
        self::assertNull($this->linkOf($user));
    }

    public function testACustomerOfAnotherSiteOfTheNetworkGetsTheMailAndBecomesOneHere(): void
    {
        $this->userOfAnotherSite(['customer']);
        $this->mailed();
        self::assertSame([], WordPress::$users[5]->roles, 'not before the link is opened');
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->shop->visit(ProveRoute::class, self::queryOfMail(), []);
        self::assertSame([['customer'], [5]], [WordPress::$users[5]->roles, WordPress::$loggedIn]);
    }

    public function testStaffOfAnotherSiteIsRefusedAndDoesNotBecomeACustomerHere(): void
    {
        foreach ([['editor'], ['customer']] as $superAdmins => $roles) {
            WordPress::$superAdmins = $superAdmins === 1 ? [5] : [];
            $user = $this->userOfAnotherSite($roles);
            $this->send(['email' => 'ada@shop.example']);
            $this->send(['leadtap_step' => 'mail']);
            self::assertSame([], WordPress::$mails);
            $answer = $this->send(['leadtap_step' => 'password', 'leadtap_password' => 'secret']);
            self::assertStringContainsString('leadtap_outcome=staff', $answer->redirect);
            self::assertSame([], WordPress::$users[5]->roles);
            self::assertNull($this->linkOf($user));
            $this->setUp();
        }
    }

    public function testARefusedLinkMakesNobodyACustomer(): void
    {
        $this->userOfAnotherSite(['customer']);
        $this->mailed();
        $this->shop->container->get(LinkedAccounts::class)->link(WordPress::addUser(6, 'eve@shop.example'), Conversions::person(Shop::lead()));
        self::assertStringContainsString('leadtap_outcome=taken', $this->shop->visit(ProveRoute::class, self::queryOfMail(), [])->redirect);
        self::assertSame([], WordPress::$users[5]->roles);
    }

    public function testAnAccountGetsNoMoreThanThreeMailsAnHour(): void
    {
        WordPress::addUser(5, 'ada@shop.example');
        $this->send(['email' => 'ada@shop.example']);
        for ($mail = 0; $mail < 5; $mail++) {
            $this->send(['leadtap_step' => 'mail']);
        }
        self::assertCount(3, WordPress::$mails);
    }

    public function testAnotherAddressCanBeGiven(): void
    {
        WordPress::addUser(5, 'ada@shop.example');
        $this->send(['email' => 'ada@shop.example']);
        self::assertStringContainsString('name="email"', $this->send(['leadtap_step' => 'other'])->html);
    }

    public function testTheAddressCountsAsVerifiedOnceTheButtonBehindTheLinkWasPressed(): void
    {
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->send(['email' => 'ada@shop.example']);
        $user = get_user_by('email', 'ada@shop.example');
        $proof = $this->shop->container->get(EmailProof::class);
        $query = self::queryOfMail();

        self::assertStringContainsString('confirm my address', $this->shop->visit(ConfirmRoute::class, $query)->html);
        self::assertNull($proof->verifiedTime($user));

        $this->shop->daemon->answers((new Lead())->setEtag('etag-3'));
        $this->shop->visit(ConfirmRoute::class, $query, []);
        self::assertSame(WordPress::$now, $proof->verifiedTime($user));
        $written = $this->shop->daemon->request(UpdateLeadRequest::class);
        self::assertSame(WordPress::$now, $written->getLead()->getContact()->getEmailVerifiedTime()->getSeconds());
        self::assertSame('etag-2', $written->getLead()->getEtag());
        self::assertNotContains('consent', $written->getUpdateMask()->getPaths(), 'a consent is sent once');

        self::assertStringContainsString('cannot be used', $this->shop->visit(ConfirmRoute::class, $query)->html);
    }

    public function testAnotherAddressIsNotVerified(): void
    {
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->send(['email' => 'ada@shop.example']);
        $user = get_user_by('email', 'ada@shop.example');
        WordPress::$users[$user->ID]->user_email = 'other@shop.example';
        self::assertStringContainsString('cannot be used', $this->shop->visit(ConfirmRoute::class, self::queryOfMail())->html);
        $proof = $this->shop->container->get(EmailProof::class);
        $this->shop->daemon->answers((new Lead())->setEtag('etag-3'));
        $proof->prove($user, 7);
        self::assertNull($proof->verifiedTime(WordPress::$users[$user->ID]));
    }

    public function testALinkForTheAddressIsGoodForTwoDays(): void
    {
        $this->shop->daemon->answers((new Lead())->setEtag('etag-2'));
        $this->send(['email' => 'ada@shop.example']);
        WordPress::$now += 172801;
        self::assertStringContainsString('cannot be used', $this->shop->visit(ConfirmRoute::class, self::queryOfMail())->html);
    }

    public function testThePendingAccountHoldsNoSecretAndEndsByItself(): void
    {
        $kept = json_encode(WordPress::$transients);
        foreach ($this->shop->cookies->kept as $name => $value) {
            if (strpos($name, 'leadtap_') === 0) {
                self::assertStringNotContainsString(explode('.', $value)[0], $kept);
            }
        }
        WordPress::$now += 1801;
        self::assertStringContainsString('leadtap_outcome=expired', $this->page()->redirect);
    }

    private function page(): FakeResponder
    {
        return $this->shop->visit(FinishRoute::class, ['flow' => $this->flow]);
    }

    /** @param array<string, string> $fields */
    private function send(array $fields): FakeResponder
    {
        return $this->shop->visit(FinishRoute::class, ['flow' => $this->flow], $fields + ['leadtap_token' => $this->token, 'leadtap_step' => 'create']);
    }

    /** @return mixed */
    private function linkOf(\WP_User $user)
    {
        return $this->shop->container->get(LinkedAccounts::class)->of($user->ID);
    }

    /** @param list<string> $roles of site 2 */
    private function userOfAnotherSite(array $roles): \WP_User
    {
        WordPress::$isMultisite = true;
        WordPress::$elsewhere = [5 => [2 => $roles]];

        return WordPress::addUser(5, 'ada@shop.example', []);
    }

    /** What the link that is mailed to the account opens. */
    private function mailed(): FakeResponder
    {
        $this->send(['email' => 'ada@shop.example']);
        $this->send(['leadtap_step' => 'mail']);

        return $this->shop->visit(ProveRoute::class, self::queryOfMail());
    }

    private function assertNoneIsLinked(\WP_User $user): void
    {
        self::assertNull($this->linkOf($user));
        self::assertSame([], WordPress::$loggedIn);
    }

    /** @return array<string, string> */
    private static function queryOfMail(): array
    {
        preg_match('/href="([^"]+)"/', end(WordPress::$mails)['body'], $parts);
        parse_str((string) parse_url(html_entity_decode($parts[1]), PHP_URL_QUERY), $query);
        unset($query['leadtap']);

        return $query;
    }
}
