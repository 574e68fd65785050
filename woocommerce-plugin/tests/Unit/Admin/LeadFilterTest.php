<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\LeadFilter;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;

final class LeadFilterTest extends AdminTestCase
{
    /** @return iterable<string, array{array<string, mixed>, string}> */
    public function filters(): iterable
    {
        yield 'nothing' => [[], ''];
        yield 'a word' => [['search' => ' mira '], 'text:"mira"'];
        yield 'a handle' => [['search' => '@mira'], 'text:"mira"'];
        yield 'a quote cannot end the text' => [['search' => 'a" OR token.state = REVOKED OR text:"\\'], 'text:"a\\" OR token.state = REVOKED OR text:\\"\\\\"'];
        yield 'control characters' => [['search' => "a\x00\nb"], 'text:"a b"'];
        yield 'a kind of account' => [['account_type' => 'creator'], 'account_type = CREATOR'];
        yield 'a token' => [['token_state' => 'expiring'], 'token.state = EXPIRING'];
        yield 'no token' => [['token_state' => 'none'], 'token.state = UNSPECIFIED'];
        yield 'a consent that holds' => [['consent' => 'given'], 'consent:* AND NOT consent.withdraw_time:*'];
        yield 'no address' => [['email' => 'none'], 'NOT contact.email:*'];
        yield 'made-up values' => [['account_type' => 'x', 'token_state' => '" OR', 'consent' => ['given'], 'email' => '1'], ''];
        yield 'no days' => [['since' => '2026-02-30', 'until' => 'today'], ''];
        yield 'days of the shop' => [
            ['since' => '2026-10-25', 'until' => '2026-10-25'],
            'create_time >= "2026-10-25T00:00:00+02:00" AND create_time < "2026-10-26T00:00:00+01:00"',
        ];
        yield 'all together' => [
            ['search' => 'x', 'account_type' => 'business', 'email' => 'known'],
            'text:"x" AND account_type = BUSINESS AND contact.email:*',
        ];
    }

    /**
     * @dataProvider filters
     *
     * @param array<string, mixed> $query
     */
    public function testWhatAnAdminLooksForIsAFilterOfTheDaemons(array $query, string $expression): void
    {
        $filter = LeadFilter::from($query, new \DateTimeZone('Europe/Oslo'));
        self::assertSame($expression, $filter->expression());
        self::assertSame($expression === '', $filter->isEmpty());
        // What it says of itself leads to the same list again.
        self::assertSame($expression, LeadFilter::from($filter->query(), new \DateTimeZone('Europe/Oslo'))->expression());
    }

    public function testALongSearchIsCutBelowTheDaemonsLimit(): void
    {
        $filter = LeadFilter::from(['search' => str_repeat('"😀', 1000)], new \DateTimeZone('UTC'));
        self::assertLessThan(2048, strlen($filter->expression()));
    }
}
