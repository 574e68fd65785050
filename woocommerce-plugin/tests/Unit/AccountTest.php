<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Account\AccountActions;
use Leadtap\WooCommerce\Account\EmailProof;
use Leadtap\WooCommerce\Account\LeadSync;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Account\MetaKeys;
use Leadtap\WooCommerce\Account\Passwords;
use Leadtap\WooCommerce\Client\V1\Lead;
use Leadtap\WooCommerce\Gateway\Conversions;
use Leadtap\WooCommerce\Tests\Support\FakeResponder;
use Leadtap\WooCommerce\Tests\Support\Shop;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class AccountTest extends TestCase
{
    private Shop $shop;

    private \WP_User $user;

    private LinkedAccounts $accounts;

    protected function setUp(): void
    {
        parent::setUp();
        self::settings(['enabled' => true]);
        $this->shop = new Shop();
        $this->accounts = $this->shop->container->get(LinkedAccounts::class);
        $this->user = WordPress::addUser(5, 'ada@shop.example');
        WordPress::$currentUser = 5;
        foreach ([Passwords::class, LeadSync::class] as $module) {
            $this->shop->container->get($module)->register();
        }
    }

    public function testALoggedInCustomerLinksAndNobodyIsLoggedInAnew(): void
    {
        $answer = $this->comeBackFromLinking();
        self::assertSame('https://shop.example/my-account/edit-account/', $answer->redirect);
        self::assertNotNull($this->accounts->of(5));
        self::assertSame([], WordPress::$loggedIn);
    }

    public function testALinkThatSomebodyElseBeganIsNotFinished(): void
    {
        $state = $this->beginLinking();
        WordPress::addUser(6, 'eve@shop.example');
        WordPress::$currentUser = 6;
        self::assertStringContainsString('leadtap_outcome=link_other_user', $this->shop->comeBack($state)->redirect);
        self::assertNull($this->accounts->of(5));
        self::assertNull($this->accounts->of(6));
        WordPress::$currentUser = 0;
        self::assertStringContainsString('leadtap_outcome=link_other_user', $this->shop->comeBack($state)->redirect);
        self::assertSame([], WordPress::$loggedIn);
    }

    public function testTheInstagramAccountOfSomebodyElseStaysTheirs(): void
    {
        $this->accounts->link(WordPress::addUser(6, 'eve@shop.example'), Conversions::person(Shop::lead()));
        self::assertStringContainsString('leadtap_outcome=taken', $this->comeBackFromLinking(false)->redirect);
        self::assertNull($this->accounts->of(5));
    }

    public function testStaffLinksNothing(): void
    {
        WordPress::$users[5]->set_role('administrator');
        self::assertStringContainsString('leadtap_outcome=staff', $this->act(AccountActions::LINK)->redirect);
        self::assertSame([], $this->shop->daemon->calls);
    }

    public function testWithoutTheNonceNothingHappens(): void
    {
        $this->comeBackFromLinking();
        $this->shop->visit(AccountActions::class, [], ['leadtap_do' => AccountActions::UNLINK, '_wpnonce' => 'forged']);
        $this->shop->visit(AccountActions::class, ['leadtap_do' => AccountActions::UNLINK]);
        self::assertNotNull($this->accounts->of(5));
    }

    public function testWhoHasAPasswordUnlinks(): void
    {
        $this->comeBackFromLinking();
        $this->act(AccountActions::UNLINK);
        self::assertNull($this->accounts->of(5));
    }

    public function testWhoHasNoneSetsOneFirst(): void
    {
        $this->comeBackFromLinking();
        WordPress::$meta[5][MetaKeys::noPassword()] = '1';
        foreach ([['', ''], ['short', 'short'], ['long enough 1', 'long enough 2']] as [$password, $again]) {
            $this->act(AccountActions::UNLINK, ['leadtap_password' => $password, 'leadtap_password_again' => $again]);
            self::assertNotNull($this->accounts->of(5), $password);
            self::assertSame('secret', WordPress::$users[5]->user_pass);
        }
        $this->act(AccountActions::UNLINK, ['leadtap_password' => 'long enough 1', 'leadtap_password_again' => 'long enough 1']);
        self::assertNull($this->accounts->of(5));
        self::assertSame('long enough 1', WordPress::$users[5]->user_pass);
        self::assertTrue($this->shop->container->get(Passwords::class)->has(5));
    }

    public function testWhoTakesAnAccountByItsAddressTakesItAlone(): void
    {
        $this->comeBackFromLinking();
        WordPress::$meta[5][MetaKeys::noPassword()] = '1';
        self::resetAsOldWooCommerceDoes($this->user);
        self::assertNull($this->accounts->of(5), 'it was linked while nobody had proven the address');
        self::assertTrue($this->shop->container->get(Passwords::class)->has(5));
        self::assertNotNull($this->shop->container->get(EmailProof::class)->verifiedTime($this->user));
    }

    public function testInAllOfANetwork(): void
    {
        WordPress::$meta[5] = ['_leadtap_2_link' => ['lead' => 'x'], '_leadtap_2_ig_1' => '1', '_leadtap_2_ig_user_2' => '1', '_leadtap_2_consent' => ['version' => '1']];
        self::resetAsOldWooCommerceDoes($this->user);
        self::assertSame(['_leadtap_2_consent', MetaKeys::emailProof()], array_keys(WordPress::$meta[5]));
    }

    public function testAResetAfterTheAddressWasProvenKeepsTheLink(): void
    {
        $this->comeBackFromLinking();
        WordPress::$meta[5][MetaKeys::noPassword()] = '1';
        $this->shop->daemon->answers((new Lead())->setEtag('etag-3'));
        $this->shop->container->get(EmailProof::class)->prove($this->user, 1);
        self::resetAsOldWooCommerceDoes($this->user);
        self::assertNotNull($this->accounts->of(5));
        self::assertTrue($this->shop->container->get(Passwords::class)->has(5));
    }

    /** Before 10.9 WooCommerce fired this one action of WordPress's two, and set the password only then. */
    private static function resetAsOldWooCommerceDoes(\WP_User $user): void
    {
        do_action('password_reset', $user, 'a new password');
        WordPress::$users[$user->ID]->user_pass = 'a new password';
    }

    private function beginLinking(): string
    {
        $state = str_pad('link-state', 43, 'x');
        $this->shop->daemon->answers(Shop::started($state));
        self::assertStringStartsWith('https://www.instagram.com/', $this->act(AccountActions::LINK)->left);

        return $state;
    }

    private function comeBackFromLinking(bool $isWritten = true): FakeResponder
    {
        $state = $this->beginLinking();
        $daemon = $this->shop->daemon;
        $daemon->answers(
            (new \Leadtap\WooCommerce\Client\V1\CompleteAuthorizationResponse())
                ->setAuthorized((new \Leadtap\WooCommerce\Client\V1\Authorized())->setLead(Shop::lead()))
        );
        if ($isWritten) {
            $daemon->answers((new Lead())->setEtag('etag-2'));
        }

        return $this->shop->visit(\Leadtap\WooCommerce\Login\CallbackRoute::class, ['code' => 'the-code', 'state' => $state]);
    }

    /** @param array<string, string> $fields */
    private function act(string $what, array $fields = []): FakeResponder
    {
        return $this->shop->visit(AccountActions::class, [], $fields + ['leadtap_do' => $what, '_wpnonce' => wp_create_nonce(AccountActions::NONCE)]);
    }
}
