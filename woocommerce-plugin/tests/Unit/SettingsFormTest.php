<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Settings\ConsentTexts;
use Leadtap\WooCommerce\Settings\Placements;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Settings\SettingsForm;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\TestClock;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class SettingsFormTest extends AdminTestCase
{
    private SettingsForm $form;

    protected function setUp(): void
    {
        parent::setUp();
        $this->form = new SettingsForm(new ConsentTexts(new TestClock()));
    }

    public function testWhatAnAdminChoosesIsTakenOver(): void
    {
        $settings = $this->form->read([
            'enabled' => '1',
            'address' => 'tcp://127.0.0.1:8290',
            'token_file' => '/etc/leadtap/shop.token',
            'placements' => [Placements::WP_LOGIN, 'made-up'],
            'roles' => ['customer', 'made-up'],
            'button_text' => ' Log in with <b>Instagram</b> ',
            'consent_text' => 'News by <a href="/privacy">e-mail</a><script>',
            'redirect' => '/shop/',
        ], [], true);
        self::assertSame([], $this->form->problems());
        self::assertTrue($settings['enabled']);
        self::assertSame('tcp://127.0.0.1:8290', $settings['address']);
        self::assertSame('/etc/leadtap/shop.token', $settings['token_file']);
        self::assertSame([Placements::WP_LOGIN], $settings['placements']);
        self::assertSame(['customer'], $settings['roles']);
        self::assertSame('Log in with Instagram', $settings['button_text']);
        self::assertStringNotContainsString('<script>', $settings['consent_text']);
        self::assertSame('2026-09-21', $settings['consent_version']);
        self::assertSame(array_keys(Settings::DEFAULTS), array_keys(array_replace(Settings::DEFAULTS, $settings)));
    }

    /** @return iterable<string, array{string, string, string}> */
    public function impossible(): iterable
    {
        yield 'no address' => ['address', 'localhost', 'address'];
        yield 'a password in the address' => ['address', 'https://user:pass@daemon.example:443', 'address'];
        yield 'a token instead of its file' => ['token_file', 'lt_3f8a9c0d1e2b4f5a6978', 'whole path'];
        yield 'a token file that is served' => ['token_file', '/nowhere/wp-content/token', 'download'];
        yield 'another shop as the redirect URI' => ['redirect_uri', 'https://evil.example/cb/', 'this website'];
        yield 'the home page as the callback' => ['redirect_uri', 'https://shop.example//', 'path of its own'];
        yield 'a query that is not ours' => ['redirect_uri', 'https://shop.example/?page_id=5', 'path of its own'];
        yield 'the login page' => ['redirect_uri', 'https://shop.example/wp-login.php', 'WordPress’s own files'];
        yield 'the admin area' => ['redirect_uri', 'https://shop.example/wp-admin/', 'WordPress’s own files'];
        yield 'its programs' => ['redirect_uri', 'https://shop.example/blog/XMLRPC.php/x', 'WordPress’s own files'];
        yield 'its interface' => ['redirect_uri', 'https://shop.example/wp-json/wc/', 'WordPress’s own files'];
        yield 'another shop after the login' => ['redirect', 'https://evil.example/', 'this website'];
        yield 'another shop without a scheme' => ['redirect', '//evil.example/', 'this website'];
    }

    /** @dataProvider impossible */
    public function testWhatCannotBeIsNotTakenOverAndSaidWhy(string $field, string $value, string $words): void
    {
        $before = ['address' => 'unix:///run/old.sock', 'token_file' => '/etc/old', 'redirect_uri' => 'https://shop.example/old/', 'redirect' => '/old/'];
        $settings = $this->form->read([$field => $value] + ['address' => $before['address']], $before, true);
        self::assertSame($before[$field], $settings[$field]);
        self::assertCount(1, $this->form->problems());
        self::assertStringContainsString($words, $this->form->problems()[0]);
        self::assertStringNotContainsString($value, serialize($settings) . serialize(WordPress::$options));
    }

    public function testAPathOfItsOwnCanBeTheCallback(): void
    {
        foreach (['https://shop.example/instagram/', 'https://shop.example/index.php/instagram', 'https://shop.example/?leadtap=callback', ''] as $uri) {
            self::assertSame($uri, $this->form->read(['address' => '/run/l.sock', 'redirect_uri' => $uri], [], true)['redirect_uri']);
        }
    }

    public function testAChangedConsentTextGetsANewVersionAndAnOldOneItsOwn(): void
    {
        $version = fn (string $text) => $this->form->read(['address' => '/run/l.sock', 'consent_text' => $text], [], true)['consent_version'];
        self::assertSame('', $version(''));
        self::assertSame('2026-09-21', $version('One'));
        self::assertSame('2026-09-21', $version('One'));
        self::assertSame('2026-09-21.2', $version('Two'));
        WordPress::$now += DAY_IN_SECONDS;
        self::assertSame('2026-09-22', $version('Three'));
        self::assertSame('2026-09-21', $version('One'));
        $kept = (new ConsentTexts(new TestClock()))->all();
        self::assertSame(['One', 'Two', 'Three'], array_column($kept, 'text'));
    }

    public function testAShopManagerCanNeitherChooseTheDaemonNorWhomItLetsIn(): void
    {
        $before = [
            'address' => 'unix:///run/ours.sock',
            'token_file' => '/etc/ours',
            'ca_file' => '/etc/ours.pem',
            'redirect_uri' => 'https://shop.example/ours/',
            'roles' => ['customer'],
        ];
        $settings = $this->form->read([
            'address' => 'tcp://127.0.0.1:6666',
            'token_file' => '/home/manager/token',
            'ca_file' => '/home/manager/ca.pem',
            'redirect_uri' => 'https://shop.example/my-account/',
            'roles' => ['administrator'],
            'button_text' => 'Log in with Instagram',
        ], $before, false);
        self::assertSame($before, array_intersect_key($settings, $before));
        self::assertSame('Log in with Instagram', $settings['button_text']);
        self::assertSame([], $this->form->problems());
    }

    public function testAFormThatLacksEverythingKeepsADaemonAndShowsNothing(): void
    {
        $settings = $this->form->read([], ['address' => 'unix:///run/old.sock', 'enabled' => true], true);
        self::assertSame('unix:///run/old.sock', $settings['address']);
        self::assertFalse($settings['enabled']);
        self::assertSame([], $settings['placements']);
    }
}
