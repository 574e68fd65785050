<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\CsvWriter;
use Leadtap\WooCommerce\Admin\Export;
use Leadtap\WooCommerce\Gateway\LeadRecord;
use PHPUnit\Framework\TestCase;

final class CsvWriterTest extends TestCase
{
    public function testFieldsAreQuotedAsRfc4180Says(): void
    {
        self::assertSame("a,\"b,c\",\"say \"\"hi\"\"\",\"two\r\nlines\",,5\r\n", CsvWriter::line(['a', 'b,c', 'say "hi"', "two\r\nlines", null, 5]));
    }

    /** @return iterable<array{string}> */
    public function formulas(): iterable
    {
        foreach (['=1+1', '+47 900', '-1', '@SUM(A1)', "\t=1", "\r=1", "\n=1", '  =1', "\u{a0}=1", '＝1', "\xff=1"] as $text) {
            yield json_encode($text, JSON_PARTIAL_OUTPUT_ON_ERROR) => [$text];
        }
    }

    /** @dataProvider formulas */
    public function testNoTextIsTakenForAFormula(string $text): void
    {
        self::assertStringStartsWith("'", ltrim(CsvWriter::line([$text]), '"'));
    }

    public function testANumberStaysANumber(): void
    {
        self::assertSame("-5\r\n", CsvWriter::line([-5]));
    }

    public function testEveryColumnHasItsName(): void
    {
        self::assertCount(count(Export::names()), Export::row(new LeadRecord()));
        $lead = new LeadRecord();
        $lead->attributes = ['campaign' => 'spring', 'page' => '/'];
        $row = array_combine(Export::names(), Export::row($lead));
        self::assertSame('campaign=spring; page=/', $row['attributes']);
    }
}
