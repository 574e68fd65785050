<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

/** What the fakes of WordPress's functions keep. */
final class WordPress
{
    /** @var array<string, mixed> */
    public static array $options = [];

    /** @var array<string, array{value: mixed, until: int}> */
    public static array $transients = [];

    /** @var array<string, array<int, list<array{callable, int}>>> */
    public static array $hooks = [];

    /** @var array<int, \WP_User> */
    public static array $users = [];

    /** @var array<int, array<string, mixed>> */
    public static array $meta = [];

    /** @var list<array{to: string, subject: string, body: string}> */
    public static array $mails = [];

    /** @var list<array{name: string, value: string, options: array<string, mixed>}> */
    public static array $cookies = [];

    /** @var list<int> who was logged in by a cookie, in order */
    public static array $loggedIn = [];

    /** @var list<array{string, string}> type and text of WooCommerce's notices */
    public static array $notices = [];

    /** @var list<array{int, string, array<int, mixed>}> time, hook, arguments */
    public static array $scheduled = [];

    /** @var list<int> whose sessions were ended, in order */
    public static array $loggedOut = [];

    /** @var list<int> whose passwords for applications were ended */
    public static array $applicationsEnded = [];

    public static bool $isMultisite = false;

    /** @var list<int> of the network */
    public static array $sites = [1];

    public static int $site = 1;

    /** @var list<array{int, string}> site and hook */
    public static array $unscheduled = [];

    /** Whether the page is one of those within My account or the checkout, such as that after an order. */
    public static bool $isEndpoint = false;

    public static bool $isAccountPage = false;

    /** @var list<int> */
    public static array $superAdmins = [];

    /** @var array<int, array<int, list<string>>> roles by site, of users of other sites than this, which is 1 */
    public static array $elsewhere = [];

    /** @var list<string> functions of PHP's that the client does not find */
    public static array $missingFunctions = [];

    public static int $currentUser = 0;

    public static int $now = 0;

    public static string $home = '';

    public static bool $isAdmin = false;

    public static function reset(): void
    {
        self::$options = ['permalink_structure' => '/%postname%/', 'siteurl' => 'https://shop.example', 'woocommerce_enable_myaccount_registration' => 'yes'];
        self::$transients = self::$hooks = self::$users = self::$meta = [];
        self::$mails = self::$cookies = self::$loggedIn = self::$scheduled = self::$notices = [];
        self::$loggedOut = self::$applicationsEnded = self::$superAdmins = self::$elsewhere = self::$missingFunctions = [];
        self::$isMultisite = self::$isEndpoint = self::$isAccountPage = false;
        $GLOBALS['wpdb'] = new FakeDatabase();
        self::$sites = [1];
        self::$site = 1;
        self::$unscheduled = [];
        self::$currentUser = 0;
        self::$now = 1790000000;
        self::$home = 'https://shop.example';
        self::$isAdmin = false;
        $_GET = $_POST = $_COOKIE = [];
        $_SERVER['REQUEST_URI'] = '/';
        $_SERVER['REQUEST_METHOD'] = 'GET';
        unset($_SERVER['REMOTE_ADDR'], $_SERVER['QUERY_STRING'], $_SERVER['HTTP_SEC_PURPOSE'], $_SERVER['HTTP_REFERER']);
    }

    /** @param list<string> $roles */
    public static function addUser(int $id, string $email, array $roles = ['customer'], string $password = 'secret'): \WP_User
    {
        return self::$users[$id] = new \WP_User($id, "user{$id}", $email, $roles, $password);
    }
}
