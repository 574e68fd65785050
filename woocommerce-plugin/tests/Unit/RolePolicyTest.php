<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Login\RolePolicy;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\TestCase;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class RolePolicyTest extends TestCase
{
    /** @return iterable<string, array{list<string>, bool}> */
    public function roles(): iterable
    {
        yield 'customer' => [['customer'], true];
        yield 'subscriber' => [['subscriber'], true];
        yield 'administrator' => [['administrator'], false];
        yield 'shop manager' => [['shop_manager'], false];
        yield 'both' => [['customer', 'shop_manager'], false];
        yield 'of another plugin' => [['wholesale'], false];
        yield 'none' => [[], false];
    }

    /**
     * @dataProvider roles
     *
     * @param list<string> $roles
     */
    public function testOnlyShoppersMayByDefault(array $roles, bool $may): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example', $roles);
        self::assertSame($may, (new RolePolicy(new Settings()))->allows($user));
    }

    public function testTheSettingsNameTheRolesThatMay(): void
    {
        self::settings(['roles' => ['wholesale']]);
        $policy = new RolePolicy(new Settings());
        self::assertTrue($policy->allows(WordPress::addUser(5, 'ada@shop.example', ['wholesale'])));
        self::assertFalse($policy->allows(WordPress::addUser(6, 'eve@shop.example', ['customer'])));
    }

    public function testARightBesideTheRoleMakesStaff(): void
    {
        $user = WordPress::addUser(5, 'ada@shop.example');
        $user->caps['manage_woocommerce'] = true;
        self::assertFalse((new RolePolicy(new Settings()))->allows($user));
        $user->caps['manage_woocommerce'] = false;
        self::assertTrue((new RolePolicy(new Settings()))->allows($user));
    }

    public function testNobodyIsNobody(): void
    {
        self::assertFalse((new RolePolicy(new Settings()))->allows(new \WP_User(0, '', '', ['customer'], '')));
    }

    public function testAFilterHasTheLastWord(): void
    {
        add_filter('leadtap_may_log_in', static fn (bool $may, \WP_User $user) => $may && $user->ID !== 5, 10, 2);
        self::assertFalse((new RolePolicy(new Settings()))->allows(WordPress::addUser(5, 'ada@shop.example')));
    }
}
