<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Privacy;

use Leadtap\WooCommerce\Privacy\PolicyText;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;

final class PolicyTextTest extends AdminTestCase
{
    public function testItSaysWhatTheDocumentationSays(): void
    {
        $path = dirname(__DIR__, 4) . '/docs/privacy.md';
        if (!is_readable($path)) {
            self::markTestSkipped('This PHP does not see the documents.');
        }
        $document = (string) file_get_contents($path);
        preg_match_all('/^> ?(.*)$/m', $document, $quoted);
        $offered = self::words(html_entity_decode(strip_tags(PolicyText::html())));
        foreach (array_filter(explode("\n\n", implode("\n", $quoted[1]))) as $paragraph) {
            $words = self::words(str_replace(['**Continue with Instagram.**', '*'], '', $paragraph));
            self::assertStringContainsString($words, $offered);
        }
        self::assertGreaterThan(5, count($quoted[1]));
    }

    private static function words(string $text): string
    {
        return trim((string) preg_replace('/\s+/', ' ', $text));
    }
}
