<?php

declare(strict_types=1);

namespace Leadtap\Client;

/**
 * Carries one HTTP request to the daemon and its answer back.
 *
 * It sends at most once: whether to send again is the channel's to decide.
 */
interface Transport
{
    /**
     * @param string                $path       such as `/leadtap.v1.LoginService/GetLead`
     * @param array<string, string> $headers    names in lower case, without line breaks
     * @param bool                  $idempotent whether it does no harm if the request arrives twice
     *
     * @throws TransportFailure where no whole answer came
     */
    public function post(
        string $path,
        #[\SensitiveParameter]
        array $headers,
        #[\SensitiveParameter]
        string $body,
        bool $idempotent,
        Deadline $deadline
    ): HttpReply;
}
