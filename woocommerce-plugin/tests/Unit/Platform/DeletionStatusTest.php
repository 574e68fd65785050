<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Platform;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\DeletionState;
use Leadtap\WooCommerce\Client\V1\DeletionStatus;
use Leadtap\WooCommerce\Gateway\Calls;
use Leadtap\WooCommerce\Gateway\MetaCallbacks;
use Leadtap\WooCommerce\Platform\DeletionStatusRoute;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\Answered;
use Leadtap\WooCommerce\Tests\Support\FakeResponder;
use Leadtap\WooCommerce\Tests\Support\MemoryLog;
use Leadtap\WooCommerce\Tests\Support\WordPress;

final class DeletionStatusTest extends AdminTestCase
{
    private const CODE = '0123456789abcdef0123456789abcdef';

    protected function setUp(): void
    {
        parent::setUp();
        WordPress::$options['date_format'] = 'F j, Y';
    }

    public function testAnErasureIsTold(): void
    {
        $this->daemon->answers($this->status(DeletionState::ERASED));
        [$status, $html] = $this->read(self::CODE);
        self::assertSame(200, $status);
        self::assertStringContainsString('was deleted on September 21, 2026', $html);
    }

    public function testThatNothingWasHeldIsToldToo(): void
    {
        $this->daemon->answers($this->status(DeletionState::NOTHING_HELD));
        self::assertStringContainsString('We held nothing', $this->read(strtoupper(self::CODE))[1]);
    }

    public function testAnUnknownCodeIsNotFound(): void
    {
        $this->daemon->refuses(Status::NOT_FOUND, 'DELETION_NOT_FOUND', 'FIX_REQUEST');
        self::assertSame(404, $this->read(self::CODE)[0]);
    }

    public function testWhatIsNoCodeIsNotLookedUpAndNotRun(): void
    {
        [$status, $html] = $this->read('"><script>alert(1)</script>');
        self::assertSame(404, $status);
        self::assertStringNotContainsString('<script>', $html);
        self::assertSame([], $this->daemon->calls);
    }

    public function testADaemonThatIsDownIsNotTheEndOfTheDeletion(): void
    {
        $this->daemon->isNotThere();
        [$status, $html] = $this->read(self::CODE);
        self::assertSame(503, $status);
        self::assertStringContainsString('come back in a few minutes', $html);
    }

    public function testWithoutACodeItAsksForOne(): void
    {
        WordPress::$options['permalink_structure'] = '';
        [$status, $html] = $this->read('');
        self::assertSame(200, $status);
        // A form drops the query of its address.
        self::assertStringContainsString('<input type="hidden" name="leadtap" value="deletion_status">', $html);
        self::assertSame([], $this->daemon->calls);
    }

    private function status(int $state): DeletionStatus
    {
        return (new DeletionStatus())->setState($state)->setCompleteTime((new Timestamp())->setSeconds(1790000000));
    }

    /** @return array{int, string} */
    private function read(string $code): array
    {
        $_GET['code'] = $code;
        $responder = new FakeResponder();
        try {
            (new DeletionStatusRoute(new MetaCallbacks(new Calls($this->daemon)), new Urls(new Settings()), $responder, new MemoryLog()))->handle();
            self::fail('it did not answer');
        } catch (Answered $answered) {
            // As it should.
        }

        return [$responder->status, $responder->html];
    }
}
