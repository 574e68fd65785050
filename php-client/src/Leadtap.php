<?php

declare(strict_types=1);

namespace Leadtap\Client;

use Leadtap\Client\Exception\CallFailed;
use Leadtap\Client\V1\CompleteAuthorizationRequest;
use Leadtap\Client\V1\CompleteAuthorizationResponse;
use Leadtap\Client\V1\ErrorReason;
use Leadtap\Client\V1\GetLeadRequest;
use Leadtap\Client\V1\Lead;
use Leadtap\Client\V1\LoginServiceClient;
use Leadtap\Client\V1\StartAuthorizationRequest;
use Leadtap\Client\V1\StartAuthorizationResponse;

/**
 * The front door: a daemon, and the three calls of a login.
 *
 * Everything that a call throws is a {@see LeadtapException}.
 */
final class Leadtap
{
    /** Where the Debian package puts the socket. */
    public const DEFAULT_ADDRESS = 'unix:///run/leadtap/leadtap.sock';

    private LoginServiceClient $login;

    public function __construct(Channel $channel)
    {
        $this->login = new LoginServiceClient($channel);
    }

    /**
     * Connecting itself happens with the first call.
     *
     * @param string               $address `unix:///path`, `tcp://127.0.0.1:port` or `https://host:port`
     * @param array<string, mixed> $options `token` (bearer token; over the socket none is needed),
     *                                      `timeout` (seconds, for each call), `transport` (`stream` or `curl`;
     *                                      else whichever works here), `ca_file` (PEM, for https)
     *
     * @throws \InvalidArgumentException where address or options are wrong
     */
    public static function connect(
        string $address = self::DEFAULT_ADDRESS,
        #[\SensitiveParameter]
        array $options = []
    ): self {
        return new self(self::channel($address, $options));
    }

    /**
     * The same for the generated clients of the other services, such as
     * {@see V1\LeadServiceClient}, which take a channel.
     *
     * @param array<string, mixed> $options as for {@see connect()}
     *
     * @throws \InvalidArgumentException where address or options are wrong
     */
    public static function channel(
        string $address = self::DEFAULT_ADDRESS,
        #[\SensitiveParameter]
        array $options = []
    ): Channel {
        $unknown = array_diff(array_keys($options), ['token', 'timeout', 'transport', 'ca_file']);
        if ($unknown !== []) {
            throw new \InvalidArgumentException('unknown option: ' . implode(', ', $unknown));
        }
        if (PHP_INT_SIZE < 8) {
            throw new \InvalidArgumentException('this client needs a 64-bit PHP');
        }
        $parsed = Address::parse($address);
        $token = $options['token'] ?? null;
        if ($token !== null && !$parsed->isPrivate()) {
            throw new \InvalidArgumentException("the token would cross the network in plain: use https:// instead of {$parsed}");
        }
        $transport = self::transport($parsed, $options['transport'] ?? null, $options['ca_file'] ?? null);

        return new Channel($transport, $token, (float) ($options['timeout'] ?? Channel::DEFAULT_TIMEOUT_SECONDS));
    }

    /**
     * Begins a login. Keep the binding in the shopper's cookie and send the
     * shopper to `getAuthorizationUrl()`.
     *
     * @param array<string, mixed> $fields further fields of StartAuthorizationRequest, such as `return_to`
     *
     * @throws LeadtapException
     */
    public function start(BrowserBinding $binding, array $fields = []): StartAuthorizationResponse
    {
        $request = new StartAuthorizationRequest($fields);

        return $this->login->startAuthorization($request->setBrowserBindingHash($binding->hash()));
    }

    /**
     * Finishes the login with what came back.
     *
     * @param string      $callback the raw query string (`$_SERVER['QUERY_STRING']`) or the whole URL
     * @param string|null $cookie   what {@see BrowserBinding::toCookie()} gave
     *
     * @throws LeadtapException
     */
    public function complete(
        #[\SensitiveParameter]
        string $callback,
        #[\SensitiveParameter]
        ?string $cookie
    ): CompleteAuthorizationResponse {
        $binding = BrowserBinding::fromCookie($cookie);
        if ($binding === null) {
            throw CallFailed::because(self::withoutCookie());
        }
        $request = new CompleteAuthorizationRequest();

        return $this->login->completeAuthorization($request->setCallbackQuery($callback)->setBrowserBinding($binding->secret()));
    }

    /**
     * Reads a lead by its own id.
     *
     * @throws LeadtapException
     */
    public function lead(string $leadId): Lead
    {
        return $this->login->getLead((new GetLeadRequest())->setLeadId($leadId));
    }

    /** All of LoginService, with a deadline for each call. */
    public function login(): LoginServiceClient
    {
        return $this->login;
    }

    private static function transport(Address $address, ?string $kind, ?string $caFile): Transport
    {
        if ($kind === null) {
            // `disable_functions` takes it away on some shared hosts.
            $kind = !$address->tls && function_exists('stream_socket_client') ? 'stream' : 'curl';
        }
        switch ($kind) {
            case 'stream':
                return new StreamTransport($address);
            case 'curl':
                return new CurlTransport($address, StreamTransport::MAX_REPLY_BYTES, $caFile);
            default:
                throw new \InvalidArgumentException('the transport is neither stream nor curl');
        }
    }

    private static function withoutCookie(): Failure
    {
        $failure = new Failure(Status::PERMISSION_DENIED, 'The browser that came back has no login cookie.');
        $failure->reason = ErrorReason::BROWSER_BINDING_MISMATCH;
        $failure->nextStep = NextStep::START_AGAIN;
        $failure->unsent = true;

        return $failure;
    }
}
