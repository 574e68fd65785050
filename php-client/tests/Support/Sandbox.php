<?php

declare(strict_types=1);

namespace Leadtap\Client\Tests\Support;

/** A shopper's browser in the sandbox's window: fills in the form and follows the redirect. */
final class Sandbox
{
    private string $address;

    public function __construct(string $address)
    {
        $this->address = rtrim($address, '/');
    }

    /**
     * Where the browser ends.
     *
     * @param string $decision `allow` or `cancel`
     */
    public function decide(string $authorizationUrl, string $decision, string $account): string
    {
        if (strncmp($authorizationUrl, $this->address, strlen($this->address)) !== 0) {
            throw new \RuntimeException('the daemon sends shoppers elsewhere than to LEADTAP_SANDBOX');
        }
        $form = [];
        parse_str((string) parse_url($authorizationUrl, PHP_URL_QUERY), $form);
        $window = strtok($authorizationUrl, '?');
        $context = stream_context_create(['http' => [
            'method' => 'POST',
            'header' => 'Content-Type: application/x-www-form-urlencoded',
            'content' => http_build_query($form + ['account' => $account, 'decision' => $decision]),
            'follow_location' => 0,
            'ignore_errors' => true,
        ]]);
        $page = (string) file_get_contents($window . '/decision', false, $context);
        foreach ($http_response_header as $line) {
            if (stripos($line, 'location:') === 0) {
                return trim(substr($line, strlen('location:')));
            }
        }
        throw new \RuntimeException("the sandbox sent nobody back: {$http_response_header[0]} {$page}");
    }
}
