<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Support;

use Leadtap\Client\Deadline;
use Leadtap\Client\HttpReply;
use Leadtap\Client\Transport;
use Leadtap\Client\TransportFailure;

/** Answers what it was told to, and remembers what it was asked. */
final class FakeTransport implements Transport
{
    /** @var array<int, HttpReply|TransportFailure|callable(): HttpReply> */
    private array $answers;

    /** @var array<int, array{path: string, headers: array<string, string>, body: string, idempotent: bool}> */
    public array $calls = [];

    /** @param HttpReply|TransportFailure|callable(): HttpReply ...$answers */
    public function __construct(...$answers)
    {
        $this->answers = $answers;
    }

    public function post(string $path, array $headers, string $body, bool $idempotent, Deadline $deadline): HttpReply
    {
        $this->calls[] = ['path' => $path, 'headers' => $headers, 'body' => $body, 'idempotent' => $idempotent];
        $answer = array_shift($this->answers);
        if ($answer === null) {
            throw new \LogicException('one call more than there are answers');
        }
        if ($answer instanceof TransportFailure) {
            throw $answer;
        }

        return $answer instanceof HttpReply ? $answer : $answer();
    }
}
