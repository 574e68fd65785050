<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** The addresses of the plugin's admin pages. */
final class Pages
{
    public const LEADS = 'leadtap-leads';
    public const SETTINGS = 'leadtap-settings';

    /** How long what was done is remembered for the page that says so. */
    private const NOTICE_SECONDS = 60;

    private function __construct()
    {
    }

    /** @param array<string, string> $query */
    public static function leads(array $query = []): string
    {
        return self::url(self::LEADS, $query);
    }

    /** @param array<string, string> $query */
    public static function settings(array $query = []): string
    {
        return self::url(self::SETTINGS, $query);
    }

    /** With the test done at once. */
    public static function test(): string
    {
        return self::settings(['test' => '1', '_wpnonce' => wp_create_nonce(SettingsPage::TEST)]);
    }

    /**
     * For the next page that this admin sees.
     *
     * @param list<string> $sentences
     */
    public static function say(string $level, array $sentences): void
    {
        $notices = array_map(static fn (string $sentence) => [$level, $sentence], $sentences);
        set_transient(self::noticeKey(), array_merge(self::kept(), $notices), self::NOTICE_SECONDS);
    }

    /** @return list<array{string, string}> level (`success`, `error`) and sentence, said once */
    public static function said(): array
    {
        $notices = self::kept();
        if ($notices !== []) {
            delete_transient(self::noticeKey());
        }

        return $notices;
    }

    /** @return list<array{string, string}> */
    private static function kept(): array
    {
        $kept = get_transient(self::noticeKey());

        return is_array($kept) ? $kept : [];
    }

    private static function noticeKey(): string
    {
        return 'leadtap_notices_' . get_current_user_id();
    }

    /** @param array<string, string> $query */
    private static function url(string $page, array $query): string
    {
        return add_query_arg(array_map('rawurlencode', ['page' => $page] + $query), admin_url('admin.php'));
    }
}
