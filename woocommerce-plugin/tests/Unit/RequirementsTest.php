<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Requirements;
use Leadtap\WooCommerce\Tests\Support\TestCase;

final class RequirementsTest extends TestCase
{
    public function testTheHeaderNamesTheSameMinimums(): void
    {
        $header = (string) file_get_contents(dirname(__DIR__, 2) . '/leadtap.php');
        self::assertMatchesRegularExpression('/^ \* Requires PHP: +' . preg_quote(Requirements::PHP, '/') . '$/m', $header);
        self::assertMatchesRegularExpression('/^ \* Requires at least: +' . preg_quote(Requirements::WORDPRESS, '/') . '$/m', $header);
        self::assertMatchesRegularExpression('/^ \* WC requires at least: +' . preg_quote(Requirements::WOOCOMMERCE, '/') . '$/m', $header);
        self::assertMatchesRegularExpression('/^ \* Version: +' . preg_quote(Plugin::VERSION, '/') . '$/m', $header);
    }
}
