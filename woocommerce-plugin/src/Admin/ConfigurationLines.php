<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Routing\Urls;

/** Lines for the daemon's configuration that this shop needs, to be copied. */
final class ConfigurationLines
{
    /** What the plugin needs; more would be more than it needs. */
    public const PERMISSIONS = ['login', 'leads', 'platform'];

    private Urls $urls;

    private Host $host;

    public function __construct(Urls $urls, Host $host)
    {
        $this->urls = $urls;
        $this->host = $host;
    }

    public function site(): string
    {
        return self::assign('redirect_uris', [$this->urls->callback()]) . "\n"
            . self::assign('deletion_status_url', $this->deletionStatusUrl());
    }

    /** With the place that the daemon puts the code in. */
    public function deletionStatusUrl(): string
    {
        $page = $this->urls->endpoint('deletion_status');

        return $page . (strpos($page, '?') === false ? '?' : '&') . 'code={code}';
    }

    /** @param string $tokenFile of the settings; empty: the daemon knows PHP by its user */
    public function caller(string $tokenFile, string $siteId = 'shop'): string
    {
        $proof = $tokenFile === ''
            ? 'uid = ' . ($this->host->uid() ?? '33 # id -u www-data')
            : self::assign('token_sha256', '…') . ' # printf %s "$(cat ' . $tokenFile . ')" | sha256sum';

        return "[[caller]]\n" . self::assign('name', 'woocommerce') . "\n" . self::assign('site', $siteId)
            . "\n{$proof}\n" . self::permissions();
    }

    public static function permissions(): string
    {
        return self::assign('permissions', self::PERMISSIONS);
    }

    /** @param string|list<string> $value texts without control characters */
    private static function assign(string $key, $value): string
    {
        $quote = static fn (string $text) => '"' . addcslashes($text, '"\\') . '"';

        return "{$key} = " . (is_array($value) ? '[' . implode(', ', array_map($quote, $value)) . ']' : $quote($value));
    }
}
