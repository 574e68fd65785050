<?php

declare(strict_types=1);

namespace Leadtap\Client;

/** A whole HTTP answer. */
final class HttpReply
{
    public int $status;

    /** @var array<string, string> names in lower case; repeated ones joined by a comma */
    public array $headers;

    public string $body;

    /** @param array<string, string> $headers */
    public function __construct(int $status, array $headers, string $body)
    {
        $this->status = $status;
        $this->headers = $headers;
        $this->body = $body;
    }

    /**
     * Header or trailer lines as a map; lines that are none are left out.
     *
     * @return array<string, string>
     */
    public static function parseHeaders(string $lines): array
    {
        $headers = [];
        foreach (explode("\n", $lines) as $line) {
            $parts = explode(':', $line, 2);
            if (count($parts) !== 2) {
                continue;
            }
            $name = strtolower(trim($parts[0]));
            $value = trim($parts[1]);
            $headers[$name] = isset($headers[$name]) ? $headers[$name] . ', ' . $value : $value;
        }

        return $headers;
    }
}
