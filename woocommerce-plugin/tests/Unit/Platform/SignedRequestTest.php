<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Platform;

use Leadtap\WooCommerce\Platform\SignedRequest;
use PHPUnit\Framework\TestCase;

final class SignedRequestTest extends TestCase
{
    /** @return iterable<string, array{string, string}> */
    public function payloads(): iterable
    {
        yield 'a text' => ['{"user_id":"17841405793187218"}', '17841405793187218'];
        yield 'a number' => ['{"user_id":17841405793187218}', '17841405793187218'];
        yield 'a number past 64 bits' => ['{"user_id":178414057931872181784140579318}', '178414057931872181784140579318'];
        yield 'none' => ['{"algorithm":"HMAC-SHA256"}', ''];
        yield 'a list' => ['{"user_id":["1"]}', ''];
        yield 'a fraction' => ['{"user_id":1.5}', ''];
        yield 'no digits' => ['{"user_id":"1 OR 1"}', ''];
        yield 'no JSON' => ['user_id', ''];
    }

    /** @dataProvider payloads */
    public function testItSaysWhomItIsAbout(string $json, string $id): void
    {
        foreach ([base64_encode($json), rtrim(strtr(base64_encode($json), '+/', '-_'), '=')] as $payload) {
            $request = SignedRequest::from(['signed_request' => "c2ln.{$payload}"]);
            self::assertNotNull($request);
            self::assertSame($id, $request->userId());
        }
    }

    public function testItIsNotShown(): void
    {
        $request = SignedRequest::from(['signed_request' => 'c2ln.cGF5bG9hZA']);
        self::assertStringNotContainsString('c2ln', print_r($request, true));
    }
}
