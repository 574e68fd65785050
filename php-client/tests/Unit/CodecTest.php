<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Unit;

use Leadtap\Client\Codec;
use Leadtap\Client\MalformedMessage;
use Leadtap\Client\Tests\Generated\Test\V1\Everything;
use Leadtap\Client\Tests\Generated\Test\V1\Everything\Inner;
use Leadtap\Client\V1\Contact;
use Leadtap\Client\V1\Lead;
use PHPUnit\Framework\TestCase;

final class CodecTest extends TestCase
{
    /** @dataProvider knownBytes */
    public function testWritesAndReadsTheBytesOfTheEncodingGuide(array $values, string $hex): void
    {
        $message = new Everything($values);
        self::assertSame($hex, bin2hex($message->toBytes()));
        self::assertEquals($message, Everything::fromBytes((string) hex2bin($hex)));
    }

    /** @return array<string, array{array<string, mixed>, string}> */
    public function knownBytes(): array
    {
        return [
            'nothing' => [[], ''],
            'int32 150' => [['an_int32' => 150], '189601'],
            'int32 -1 takes ten bytes' => [['an_int32' => -1], '18ffffffffffffffffff01'],
            'int64 smallest' => [['an_int64' => PHP_INT_MIN], '2080808080808080808001'],
            'sint32 -2' => [['a_sint32' => -2], '3803'],
            'sint64 smallest' => [['a_sint64' => PHP_INT_MIN], '40ffffffffffffffffff01'],
            'string' => [['a_string' => 'testing'], '720774657374696e67'],
            'packed' => [['int32s' => [3, 270, 86942]], 'ba0106038e029ea705'],
            'unpacked' => [['unpacked' => [1, 2]], 'f80101f80102'],
            'an optional default is sent' => [['maybe_int64' => 0], '980100'],
            'a chosen default is sent' => [['chosen_string' => ''], 'b20200'],
            'an empty message is sent' => [['an_inner' => new Inner()], '8a0100'],
            'beyond 2^53' => [['an_int64' => 9007199254740993], '208180808080808010'],
        ];
    }

    /** @dataProvider malformedBytes */
    public function testMalformedInputIsAnExceptionAndNeverANotice(string $hex): void
    {
        $this->expectException(MalformedMessage::class);
        Everything::fromBytes((string) hex2bin($hex));
    }

    /** @return array<string, array{string}> */
    public function malformedBytes(): array
    {
        return [
            'a tag that does not end' => ['98'],
            'a number that is missing' => ['18'],
            'a number of eleven bytes' => ['18ffffffffffffffffffff01'],
            'field number 0' => ['0001'],
            'a tag beyond 32 bits' => ['888080808001' . '01'],
            'a string that is cut off' => ['720774'],
            'a length beyond 2^63' => ['72ffffffffffffffffff01' . '41'],
            'a string that is not UTF-8' => ['7201ff'],
            'a fixed64 that is cut off' => ['5101020304'],
            'a double that is cut off' => ['0900'],
            'a packed run that is cut off' => ['ba01029696'],
            'wire type 6' => ['1e'],
            'an end of a group that did not begin' => ['fc07'],
            'a group that does not end' => ['fb07'],
            'a group that ends as another' => ['fb07' . 'f407'],
            'a nested message that is malformed' => ['8a0101' . '08'],
            'a map entry that is malformed' => ['8a0201' . '0a'],
        ];
    }

    public function testEveryPrefixOfAMessageEndsInAMessageOrAnException(): void
    {
        $bytes = (new Lead([
            'lead_id' => 'x', 'contact' => new Contact(['email' => 'a@example.org']),
            'attributes' => ['a' => 'b'], 'login_count' => 300,
        ]))->toBytes();
        $outcomes = ['read' => 0, 'refused' => 0];
        for ($length = 0; $length < strlen($bytes); $length++) {
            $outcomes[$this->outcome(substr($bytes, 0, $length))]++;
        }
        // Only a cut between two fields leaves a message.
        self::assertSame(['read' => 4, 'refused' => strlen($bytes) - 4], $outcomes);
    }

    public function testRandomBytesEndInAMessageOrAnException(): void
    {
        mt_srand(20261123);
        $outcomes = ['read' => 0, 'refused' => 0];
        for ($round = 0; $round < 20000; $round++) {
            $bytes = '';
            for ($length = mt_rand(1, 24); $length > 0; $length--) {
                $bytes .= chr(mt_rand(0, 255));
            }
            $outcomes[$this->outcome($bytes)]++;
        }
        self::assertGreaterThan(0, $outcomes['read']);
        self::assertGreaterThan(0, $outcomes['refused']);
    }

    public function testUnknownFieldsOfEveryWireTypeAreSkipped(): void
    {
        // Field 1000, each wire type in turn, a group with a group inside among them.
        $unknown = 'c03e7f' . 'c13e0102030405060708' . 'c23e03616263' . 'c33e' . 'cb3e' . '0801' . 'cc3e' . 'c43e' . 'c53e01020304';
        $message = Everything::fromBytes((string) hex2bin($unknown . '189601' . $unknown));
        self::assertEquals(new Everything(['an_int32' => 150]), $message);
    }

    public function testAFieldOfAnotherWireTypeIsSkippedAsUnknown(): void
    {
        self::assertEquals(new Everything(), Everything::fromBytes((string) hex2bin('1a03616263')));
    }

    public function testPackedAndUnpackedNumbersAreBothRead(): void
    {
        self::assertSame([1, 2, 3], Everything::fromBytes((string) hex2bin('b80101' . 'ba01020203'))->getInt32s());
        self::assertSame([1, 2], Everything::fromBytes((string) hex2bin('fa01020102'))->getUnpacked());
    }

    public function testTheLastOfAOneofWins(): void
    {
        $message = Everything::fromBytes((string) hex2bin('b20203616263' . 'b80207'));
        self::assertSame('chosen_int64', $message->getChoice());
        self::assertNull($message->getChosenString());
    }

    public function testTwoOccurrencesOfAMessageAreMerged(): void
    {
        $message = Everything::fromBytes((string) hex2bin('8a01030a0161' . '8a01021005'));
        self::assertEquals(new Inner(['text' => 'a', 'number' => 5]), $message->getAnInner());
    }

    public function testNestingBeyondTheLimitIsRefusedBothWays(): void
    {
        $message = new Everything();
        for ($depth = 0; $depth < Codec::MAX_DEPTH; $depth++) {
            $message = (new Everything())->setDeeper($message);
        }
        $bytes = $message->toBytes();
        self::assertEquals($message, Everything::fromBytes($bytes));

        $tooDeep = "\xd2\x02" . Codec::varint(strlen($bytes)) . $bytes;
        try {
            Everything::fromBytes($tooDeep);
            self::fail('read although it is nested too deep');
        } catch (MalformedMessage $malformed) {
            self::assertStringContainsString('deeper than 100', $malformed->getMessage());
        }
        $this->expectException(MalformedMessage::class);
        (new Everything())->setDeeper($message)->toBytes();
    }

    public function testAStringThatIsNotUtf8IsRefusedByName(): void
    {
        $this->expectException(MalformedMessage::class);
        $this->expectExceptionMessage('contact: email: not valid UTF-8');
        (new Lead(['contact' => new Contact(['email' => "\xff"])]))->toBytes();
    }

    /** @dataProvider wrongItems */
    public function testAWrongTypeInAListOrMapIsRefusedByName(string $field, array $items): void
    {
        $this->expectException(MalformedMessage::class);
        $this->expectExceptionMessage($field);
        (new Everything([$field => $items]))->toBytes();
    }

    /** @return array<string, array{string, array<mixed>}> */
    public function wrongItems(): array
    {
        return [
            'a number among strings' => ['strings', ['a', 1]],
            'a string among numbers' => ['int32s', [1, '2']],
            'a string among flags' => ['bools', ['true']],
            'a string among messages' => ['inners', ['a']],
            'a string among doubles' => ['doubles', ['1.5']],
            'a fraction among fixed32' => ['fixed32s', [1.5]],
            'null in a map' => ['texts', ['a' => null]],
        ];
    }

    public function testNumericKeysOfStringMapsStayStringsOnTheWire(): void
    {
        $bytes = (new Everything(['texts' => ['7' => 'seven']]))->toBytes();
        self::assertSame('8a02' . '0a' . '0a0137' . '1205736576656e', bin2hex($bytes));
    }

    private function outcome(string $bytes): string
    {
        try {
            Lead::fromBytes($bytes);

            return 'read';
        } catch (MalformedMessage $malformed) {
            return 'refused';
        }
    }
}
