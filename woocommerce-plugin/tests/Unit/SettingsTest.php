<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Settings\Placements;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class SettingsTest extends TestCase
{
    public function testAFreshShopHasTheFeatureOffAndStaffRefused(): void
    {
        $settings = new Settings();
        self::assertFalse($settings->isEnabled());
        self::assertSame('unix:///run/leadtap/leadtap.sock', $settings->address());
        self::assertSame(['customer', 'subscriber'], $settings->roles());
        self::assertFalse($settings->shows(Placements::WP_LOGIN));
        self::assertTrue($settings->shows(Placements::BLOCK_CHECKOUT));
    }

    public function testADamagedOptionCountsAsTheDefaults(): void
    {
        foreach (['text', 7, null, ['roles' => 'administrator', 'placements' => 'all', 'address' => []]] as $damage) {
            WordPress::$options['leadtap_settings'] = $damage;
            self::assertSame(['customer', 'subscriber'], (new Settings())->roles());
            self::assertSame(Placements::DEFAULT, (new Settings())->placements());
            self::assertSame('unix:///run/leadtap/leadtap.sock', (new Settings())->address());
        }
    }

    public function testPlacesThatThereAreNotAreLeftOut(): void
    {
        self::settings(['placements' => ['wp_login', 'everywhere', 5]]);
        self::assertSame([Placements::WP_LOGIN], (new Settings())->placements());
    }

    public function testAConsentTextWithoutAVersionIsNotAskedFor(): void
    {
        self::settings(['consent_text' => 'Write to me.', 'consent_required' => true]);
        self::assertFalse((new Settings())->asksForConsent());
        self::assertFalse((new Settings())->isConsentRequired());
        self::settings(['consent_text' => 'Write to me.', 'consent_version' => '2026-11 en', 'consent_required' => true]);
        self::assertTrue((new Settings())->isConsentRequired());
    }
}
