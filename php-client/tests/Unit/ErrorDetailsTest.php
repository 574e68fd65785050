<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Unit;

use Leadtap\Client\ErrorDetails;
use Leadtap\Client\Exception\CallFailed;
use Leadtap\Client\Exception\Kinds;
use Leadtap\Client\Failure;
use Leadtap\Client\LeadtapException;
use Leadtap\Client\NextStep;
use Leadtap\Client\Status;
use Leadtap\Client\Tests\Support\Details;
use Leadtap\Client\V1\ErrorReason;
use PHPUnit\Framework\TestCase;

final class ErrorDetailsTest extends TestCase
{
    public function testRule6BinaryMetadataIsReadWithAndWithoutPadding(): void
    {
        // One of three lengths needs no padding: all three are tried.
        foreach (['A', 'AB', 'ABC'] as $trace) {
            $bare = Details::header(Details::errorInfo('CODE_REFUSED', ['next_step' => 'START_AGAIN', 'fbtrace_id' => $trace]));
            $padded = str_pad($bare, (int) (ceil(strlen($bare) / 4) * 4), '=');
            foreach ([$bare, $padded] as $header) {
                $failure = $this->read($header);
                self::assertSame(['CODE_REFUSED', 'START_AGAIN', $trace], [$failure->reason, $failure->nextStep, $failure->metadata['fbtrace_id']]);
            }
        }
    }

    public function testRetryInfoIsInSeconds(): void
    {
        self::assertSame(1.25, $this->read(Details::header(Details::retryInfo(1, 250000000)))->retryAfter);
    }

    public function testAReasonOfAnotherDomainIsNotOurs(): void
    {
        $failure = $this->read(Details::header(Details::errorInfo('CODE_REFUSED', ['next_step' => 'RETRY'], 'example.org')));
        self::assertSame(['', NextStep::UNKNOWN], [$failure->reason, $failure->nextStep]);
    }

    /** @dataProvider unreadable */
    public function testDetailsThatCannotBeReadLeaveTheStatusAsItIs(string $header): void
    {
        $failure = $this->read($header);
        self::assertSame([Status::ABORTED, 'text', ''], [$failure->status, $failure->message, $failure->reason]);
    }

    /** @return array<string, array{string}> */
    public function unreadable(): array
    {
        return ['not base64' => ['%%%'], 'not protobuf' => [base64_encode("\xff\xff")], 'empty' => ['']];
    }

    public function testEveryReasonOfTheContractHasItsException(): void
    {
        $reasons = (new \ReflectionClass(ErrorReason::class))->getConstants();
        unset($reasons['UNSPECIFIED']);
        self::assertEqualsCanonicalizing(array_values($reasons), array_keys(Kinds::BY_REASON));
        foreach (Kinds::BY_REASON + Kinds::BY_STATUS as $class) {
            self::assertTrue(is_a($class, LeadtapException::class, true), $class);
            self::assertNotSame(CallFailed::class, $class);
        }
    }

    public function testAReasonOfANewerDaemonFallsBackToItsStatus(): void
    {
        $failure = new Failure(Status::UNAVAILABLE, '');
        $failure->reason = 'SOMETHING_NEW';
        self::assertInstanceOf(Kinds::BY_STATUS[Status::UNAVAILABLE], CallFailed::because($failure));
    }

    private function read(string $header): Failure
    {
        $failure = new Failure(Status::ABORTED, 'text');
        ErrorDetails::addTo($failure, $header);

        return $failure;
    }
}
