<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Oracle;

use Leadtap\Client\Google\Protobuf\Timestamp as LoginTimestamp;
use Leadtap\Client\Message;
use Leadtap\Client\Tests\Generated\Google\Protobuf\Timestamp;
use Leadtap\Client\Tests\Generated\Test\V1\Everything;
use Leadtap\Client\Tests\Generated\Test\V1\Everything\Inner;
use Leadtap\Client\V1\Authorized;
use Leadtap\Client\V1\CompleteAuthorizationRequest;
use Leadtap\Client\V1\CompleteAuthorizationResponse;
use Leadtap\Client\V1\Consent;
use Leadtap\Client\V1\Contact;
use Leadtap\Client\V1\Declined;
use Leadtap\Client\V1\GetLeadRequest;
use Leadtap\Client\V1\InstagramProfile;
use Leadtap\Client\V1\Lead;
use Leadtap\Client\V1\StartAuthorizationRequest;
use Leadtap\Client\V1\StartAuthorizationResponse;
use Leadtap\Client\V1\TokenStatus;
use PHPUnit\Framework\TestCase;

/** The codec against google/protobuf, with the classes that protoc makes of the same protos. */
final class OracleTest extends TestCase
{
    private const ROUNDS = 300;

    private const DEEPEST = 3;

    private const TEXTS = ['', 'a', '0', 'ünï', "\u{1F600} emoji", "line\nbreak\0nul", '17841400000000001'];

    private const NUMBERS = [
        0, 1, -1, 127, 128, 150, 16383, 16384, 0x7FFFFFFF, -0x80000000, 0xFFFFFFFF,
        9007199254740993, PHP_INT_MAX, PHP_INT_MIN, 17841400000000001,
    ];

    private int $reporting = E_ALL;

    protected function setUp(): void
    {
        if (!class_exists('Leadtap\V1\Lead')) {
            self::markTestSkipped('no classes made by protoc: run tests/run');
        }
        mt_srand(20261124);
        // Debian's google/protobuf makes dynamic properties, which PHP 8.2 deprecates.
        $this->reporting = error_reporting(E_ALL & ~E_DEPRECATED);
    }

    protected function tearDown(): void
    {
        error_reporting($this->reporting);
    }

    /** @dataProvider messages */
    public function testRandomMessagesAreTheSameBytesBothWays(string $ours, string $theirs): void
    {
        for ($round = 0; $round < self::ROUNDS; $round++) {
            $message = $this->random($ours, 0);
            $bytes = $message->toBytes();

            $oracle = new $theirs();
            $oracle->mergeFromString($bytes);
            // Maps too: google/protobuf writes their entries in the order it read them.
            self::assertSame(bin2hex($bytes), bin2hex($oracle->serializeToString()));
            self::assertEquals($message, $ours::fromBytes($oracle->serializeToString()));
        }
    }

    /** @return array<string, array{class-string<Message>, string}> */
    public function messages(): array
    {
        return [
            'every kind of field' => [Everything::class, 'Leadtap\Test\V1\Everything'],
            'StartAuthorizationRequest' => [StartAuthorizationRequest::class, 'Leadtap\V1\StartAuthorizationRequest'],
            'StartAuthorizationResponse' => [StartAuthorizationResponse::class, 'Leadtap\V1\StartAuthorizationResponse'],
            'CompleteAuthorizationRequest' => [CompleteAuthorizationRequest::class, 'Leadtap\V1\CompleteAuthorizationRequest'],
            'CompleteAuthorizationResponse' => [CompleteAuthorizationResponse::class, 'Leadtap\V1\CompleteAuthorizationResponse'],
            'GetLeadRequest' => [GetLeadRequest::class, 'Leadtap\V1\GetLeadRequest'],
            'Lead' => [Lead::class, 'Leadtap\V1\Lead'],
        ];
    }

    public function testAValueSetThroughTheStandardStubsIsReadByOurs(): void
    {
        $theirs = new \Leadtap\V1\StartAuthorizationRequest();
        $theirs->setReturnTo('/checkout')->setScopes(['a', 'b'])->setAttributes(['campaign' => 'x'])->setForceReauth(true);
        $ours = StartAuthorizationRequest::fromBytes($theirs->serializeToString());
        self::assertSame(['/checkout', ['a', 'b'], ['campaign' => 'x'], true], [$ours->getReturnTo(), $ours->getScopes(), $ours->getAttributes(), $ours->getForceReauth()]);
    }

    public function testMalformedBytesAreRefusedByBoth(): void
    {
        $refused = ['ours' => 0, 'theirs' => 0, 'theirs alone' => 0];
        for ($round = 0; $round < 3000; $round++) {
            $bytes = $this->random(Lead::class, 0)->toBytes();
            for ($flips = mt_rand(1, 3); $flips > 0 && $bytes !== ''; $flips--) {
                $bytes[mt_rand(0, strlen($bytes) - 1)] = chr(mt_rand(0, 255));
            }
            $ours = $this->refuses(static function () use ($bytes): void {
                Lead::fromBytes($bytes);
            });
            $theirs = $this->refuses(static function () use ($bytes): void {
                (new \Leadtap\V1\Lead())->mergeFromString($bytes);
            });
            $refused['ours'] += (int) $ours;
            $refused['theirs'] += (int) $theirs;
            $refused['theirs alone'] += (int) ($theirs && !$ours && !$this->isLaxer($bytes));
        }
        self::assertGreaterThan(100, $refused['ours']);
        self::assertGreaterThan(100, $refused['theirs']);
        self::assertSame(0, $refused['theirs alone']);
    }

    /** google/protobuf refuses end-group tags and groups, which we skip as the encoding guide says. */
    private function isLaxer(string $bytes): bool
    {
        for ($at = 0; $at < strlen($bytes); $at++) {
            if ((ord($bytes[$at]) & 7) === 3) {
                return true;
            }
        }

        return false;
    }

    private function refuses(callable $read): bool
    {
        try {
            $read();

            return false;
        } catch (\Exception $refusal) {
            return true;
        }
    }

    private function random(string $class, int $depth): Message
    {
        $values = [];
        $chosen = [];
        foreach ($class::FIELDS as [$name, $type, $shape, $child, $extra]) {
            if (mt_rand(0, 2) === 0 || $depth >= self::DEEPEST && $type === 'message') {
                continue;
            }
            $one = function () use ($type, $child, $depth) {
                return $child !== null ? $this->random($child, $depth + 1) : $this->value($type);
            };
            if ($shape === 'map') {
                for ($count = mt_rand(0, 4); $count > 0; $count--) {
                    $key = $this->value($extra);
                    $values[$name][is_bool($key) ? (int) $key : $key] = $one();
                }
            } elseif ($shape === 'list' || $shape === 'packed') {
                for ($count = mt_rand(0, 4); $count > 0; $count--) {
                    $values[$name][] = $one();
                }
            } elseif ($extra === [] || array_intersect($extra, $chosen) === []) {
                $chosen[] = $name;
                $values[$name] = $one();
            }
        }

        return $class::fromValues($values);
    }

    /** @return mixed */
    private function value(string $type)
    {
        $number = self::NUMBERS[mt_rand(0, count(self::NUMBERS) - 1)];
        switch ($type) {
            case 'string':
                return self::TEXTS[mt_rand(0, count(self::TEXTS) - 1)];
            case 'bytes':
                $bytes = '';
                for ($length = mt_rand(0, 200); $length > 0; $length--) {
                    $bytes .= chr(mt_rand(0, 255));
                }

                return $bytes;
            case 'bool':
                return (bool) mt_rand(0, 1);
            case 'double':
                return [0.0, 1.5, -2.25, 1e300, INF][mt_rand(0, 4)];
            case 'float':
                return [0.0, 1.5, -2.25, INF][mt_rand(0, 3)];
            case 'int32':
            case 'sint32':
            case 'sfixed32':
            case 'enum':
                $number &= 0xFFFFFFFF;

                return $number >= 0x80000000 ? $number - 0x100000000 : $number;
            case 'uint32':
            case 'fixed32':
                return $number & 0xFFFFFFFF;
            default:
                return $number;
        }
    }
}
