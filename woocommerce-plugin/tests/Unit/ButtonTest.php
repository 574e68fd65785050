<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Button\BlockCheckout;
use Leadtap\WooCommerce\Button\ButtonView;
use Leadtap\WooCommerce\Button\MyAccount;
use Leadtap\WooCommerce\Button\Shortcode;
use Leadtap\WooCommerce\Login\OutcomeNotice;
use Leadtap\WooCommerce\Login\Outcomes;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class ButtonTest extends TestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        self::settings(['enabled' => true]);
    }

    public function testItIsAPlainLinkThatIsTheSameForEveryVisitor(): void
    {
        $html = self::view()->html('checkout', '/checkout/', ButtonView::OR_BELOW);
        self::assertSame($html, self::view()->html('checkout', '/checkout/', ButtonView::OR_BELOW));
        self::assertMatchesRegularExpression('#<a class="leadtap-button[^"]*no-prefetch[^"]*" rel="nofollow" href="https://shop.example/\?leadtap=start[^"]*">Continue with Instagram</a>#', $html);
        self::assertStringNotContainsString('<script', $html);
        self::assertStringNotContainsString('target=', $html);
    }

    public function testItStandsAboveTheBlockCheckoutAndNotOnThePagesAfterIt(): void
    {
        $checkout = Plugin::container()->get(BlockCheckout::class);
        self::assertStringEndsWith('</div><block>', $checkout->before('<block>'));
        WordPress::$isEndpoint = true;
        self::assertSame('<block>', $checkout->before('<block>'));
    }

    public function testAPasswordBelowASentenceDoesNotBringTheSentenceBack(): void
    {
        WordPress::$isAccountPage = true;
        $field = static function (array $query): string {
            $_GET = $query;
            ob_start();
            Plugin::container()->get(MyAccount::class)->printRedirect();

            return (string) ob_get_clean();
        };
        self::assertSame('', $field([]), 'WooCommerce knows best');
        self::assertStringContainsString('value="https://shop.example/my-account/"', $field(['leadtap_outcome' => 'declined']));
        self::assertStringContainsString('value="https://shop.example/shop/"', $field(['leadtap_outcome' => 'declined', 'redirect_to' => 'https://shop.example/shop/']));
        WordPress::$isAccountPage = false;
        self::assertSame('', $field(['leadtap_outcome' => 'declined']), 'the checkout stays the checkout');
    }

    /** @return iterable<string, array{string, string, string}> */
    public function hints(): iterable
    {
        $target = rawurlencode('https://shop.example/tea/');
        yield 'My account' => ['account_login', '', 'https://shop.example/my-account/?leadtap_outcome=personal'];
        yield 'a page' => ['shortcode', '/tea/', "https://shop.example/my-account/?leadtap_outcome=personal&redirect_to={$target}"];
        yield 'a checkout' => ['checkout', 'https://shop.example/kasse/', 'https://shop.example/kasse/?leadtap_outcome=personal'];
        yield 'the checkout' => ['checkout', '', 'https://shop.example/checkout/?leadtap_outcome=personal'];
        yield 'wp-login.php' => ['wp_login', '', 'https://shop.example/wp-login.php?leadtap_outcome=personal'];
    }

    /** @dataProvider hints */
    public function testWhoHasAPersonalAccountFindsAWayOnBesideTheButton(string $place, string $returnTo, string $link): void
    {
        $html = self::view()->html($place, $returnTo);
        self::assertSame(1, preg_match('#<span class="leadtap-hint">[^<]*only\. <a rel="nofollow" href="([^"]+)">Personal account\?</a></span>#', $html, $parts));
        self::assertSame($link, html_entity_decode($parts[1]));
        self::assertSame($html, self::view()->html($place, $returnTo));
    }

    public function testWhoCancelledIsTakenForNobodyElseAndFindsTheOtherSentence(): void
    {
        self::assertStringNotContainsString('Business', Outcomes::sentence(Outcomes::DECLINED));
        self::assertStringContainsString('free of charge', Outcomes::sentence(Outcomes::PERSONAL));
        self::assertSame('notice', Outcomes::noticeType(Outcomes::PERSONAL));
        $_GET = ['leadtap_outcome' => 'declined'];
        foreach (['/kasse/?leadtap_outcome=declined&x=1' => '/kasse/?leadtap_outcome=personal&x=1', '//evil.example/?leadtap_outcome=declined' => '/evil.example/?leadtap_outcome=personal'] as $here => $there) {
            $_SERVER['REQUEST_URI'] = $here;
            $html = Plugin::container()->get(OutcomeNotice::class)->beforeBlock('');
            self::assertSame(1, preg_match('#<a rel="nofollow" href="([^"]+)">Were you turned away#', $html, $parts));
            self::assertSame($there, html_entity_decode($parts[1]));
        }
        WordPress::$currentUser = 5;
        self::assertStringNotContainsString('<a ', Plugin::container()->get(OutcomeNotice::class)->beforeBlock(''));
    }

    public function testTheAdminsWordsAreEscaped(): void
    {
        self::settings(['enabled' => true, 'button_text' => 'Go <b>on</b>']);
        self::assertStringContainsString('Go &lt;b&gt;on&lt;/b&gt;', self::view()->html('x'));
    }

    public function testTheShortcodeLeadsWithinTheShopAndIsEmptyForWhoIsLoggedIn(): void
    {
        $shortcode = Plugin::container()->get(Shortcode::class);
        self::assertStringContainsString('return_to=%2Fshop%2F', $shortcode->shortcode(['redirect' => '/shop/']));
        self::assertStringNotContainsString('evil', $shortcode->shortcode(['redirect' => 'https://evil.example/']));
        self::assertStringContainsString('Hello', $shortcode->shortcode(['text' => 'Hello']));
        WordPress::$currentUser = 5;
        self::assertSame('', $shortcode->shortcode(''));
        WordPress::$currentUser = 0;
        self::settings(['enabled' => false]);
        self::assertSame('', $shortcode->shortcode(''));
    }

    public function testEachOutcomeHasASentenceOfItsOwn(): void
    {
        $constants = (new \ReflectionClass(Outcomes::class))->getConstants();
        unset($constants['PARAMETER'], $constants['OF_FAILURES'], $constants['ALL']);
        $sentences = array_map([Outcomes::class, 'sentence'], $constants);
        self::assertNotContains('', $sentences);
        self::assertSame([], array_filter($constants, static fn (string $outcome) => !Outcomes::isKnown($outcome)));
        self::assertSame($sentences, array_unique($sentences));
        self::assertSame('', Outcomes::sentence('<script>'));
    }

    public function testANoticeSaysWhatTheAddressNamesAndNothingElse(): void
    {
        $_GET = ['leadtap_outcome' => 'instagram_down', 'leadtap_again' => str_repeat('a', 16)];
        $notice = Plugin::container()->get(OutcomeNotice::class);
        $notice->register();
        $html = $notice->beforeBlock('<block>');
        self::assertStringContainsString('Instagram has trouble', $html);
        self::assertStringContainsString('Try again', $html);
        self::assertSame('<block>', $notice->beforeBlock('<block>'), 'said once');

        WordPress::$hooks = [];
        $_GET = ['leadtap_outcome' => '<script>alert(1)</script>'];
        Plugin::container()->get(OutcomeNotice::class)->register();
        self::assertSame([], WordPress::$hooks);
    }

    private static function view(): ButtonView
    {
        return Plugin::container()->get(ButtonView::class);
    }
}
