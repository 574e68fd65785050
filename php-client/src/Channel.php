<?php

declare(strict_types=1);

namespace Leadtap\Client;

use Leadtap\Client\Exception\CallFailed;

/** Makes calls over a transport: metadata, deadline, retries, exceptions. */
final class Channel
{
    public const DEFAULT_TIMEOUT_SECONDS = 15.0;

    private const USER_AGENT = 'leadtap-php/0.1.0';

    private Transport $transport;

    private ?string $token;

    private float $timeoutSeconds;

    private Clock $clock;

    private RetryPolicy $retries;

    /**
     * @param string|null $token bearer token; null: the daemon knows the caller by the socket
     *
     * @throws \InvalidArgumentException where the token cannot stand in a header
     */
    public function __construct(
        Transport $transport,
        #[\SensitiveParameter]
        ?string $token = null,
        float $timeoutSeconds = self::DEFAULT_TIMEOUT_SECONDS,
        ?Clock $clock = null
    ) {
        if ($token !== null && preg_match('/^[\x21-\x7E]+$/D', $token) !== 1) {
            throw new \InvalidArgumentException('the token is empty or has characters that no header can carry');
        }
        $this->transport = $transport;
        $this->token = $token;
        $this->timeoutSeconds = $timeoutSeconds;
        $this->clock = $clock ?? new SystemClock();
        $this->retries = new RetryPolicy();
    }

    /**
     * One call with one answer.
     *
     * @param array<string, mixed> $method         an entry of a generated client's METHODS
     * @param float|null           $timeoutSeconds null: the channel's
     *
     * @throws LeadtapException
     * @throws \LogicException  where the method streams
     */
    public function unary(array $method, Message $request, ?float $timeoutSeconds = null): Message
    {
        if ($method['client_streaming'] || $method['server_streaming']) {
            throw new \LogicException("{$method['path']} streams; this client makes unary calls alone");
        }
        $deadline = Deadline::in($timeoutSeconds ?? $this->timeoutSeconds, $this->clock);
        try {
            $body = GrpcWeb::frame($request->toBytes());
        } catch (MalformedMessage $malformed) {
            throw CallFailed::because(Failure::ofRequest($malformed), $malformed);
        }
        for ($retries = 0; true; $retries++) {
            $cause = null;
            try {
                $reply = $this->send($method, $body, $deadline);
                if ($reply->status === Status::OK) {
                    return self::decode($method['reply'], $reply);
                }
                $failure = Failure::ofReply($reply, $method['idempotent'], $deadline);
            } catch (TransportFailure $cause) {
                $failure = Failure::ofTransport($cause, $method['idempotent']);
            }
            $pause = $this->retries->pause($failure, $method['idempotent'], $retries);
            if ($pause === null || $pause >= $deadline->left()) {
                throw CallFailed::because($failure, $cause);
            }
            $this->clock->sleep($pause);
        }
    }

    /** @param array<string, mixed> $method */
    private function send(
        array $method,
        #[\SensitiveParameter]
        string $body,
        Deadline $deadline
    ): GrpcReply {
        if ($deadline->hasPassed()) {
            throw TransportFailure::late(true);
        }
        $headers = [
            'content-type' => GrpcWeb::CONTENT_TYPE,
            'accept' => GrpcWeb::CONTENT_TYPE,
            'user-agent' => self::USER_AGENT,
            'x-grpc-web' => '1',
            'grpc-timeout' => $deadline->grpcTimeout(),
        ];
        if ($this->token !== null) {
            $headers['authorization'] = 'Bearer ' . $this->token;
        }

        return GrpcWeb::parse($this->transport->post($method['path'], $headers, $body, $method['idempotent'], $deadline));
    }

    /** @throws TransportFailure where the message is none: the daemon did its work, so it is not asked again */
    private static function decode(string $class, GrpcReply $reply): Message
    {
        try {
            return $class::fromBytes((string) $reply->message);
        } catch (MalformedMessage $malformed) {
            throw TransportFailure::malformed('The answer cannot be read: ' . $malformed->getMessage());
        }
    }
}
