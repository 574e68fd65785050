<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\Clock;

/**
 * The logins of this browser, a cookie each, so that one tab does not end what
 * another began. A cookie is signed: what was agreed on at the start, such as
 * whose account is to be linked, is what counts at the end.
 */
final class FlowCookies
{
    private const PREFIX = 'leadtap_';

    /** One more makes the oldest go: a browser sends all of them with every request. */
    private const MOST = 6;

    /**
     * So long after the daemon's time the cookie stays, so that who comes back
     * late hears "too late" and not "another browser".
     */
    private const GRACE_SECONDS = 3600;

    /** Browsers drop a cookie over 4096 bytes. */
    private const MAX_VALUE_BYTES = 3800;

    /** Names and values of all of them. Many web servers refuse a request with 8 KB of headers, and others set cookies too. */
    private const MAX_BYTES_IN_ALL = 4096;

    private Cookies $cookies;

    private Clock $clock;

    public function __construct(Cookies $cookies, Clock $clock)
    {
        $this->cookies = $cookies;
        $this->clock = $clock;
    }

    /** Whether it fitted. */
    public function keep(Flow $flow): bool
    {
        $payload = self::encode((string) wp_json_encode([
            'i' => $flow->intent,
            'u' => $flow->userId,
            'p' => $flow->place,
            'r' => $flow->returnTo,
            'e' => $flow->expireTime,
            'q' => $flow->callbackQuery,
        ], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
        $secret = self::encode($flow->secret());
        $value = "{$secret}.{$payload}." . self::mac($flow->id, $secret, $payload);
        if (strlen($value) > self::MAX_VALUE_BYTES) {
            return false;
        }
        $this->makeRoomBeside($flow->id, strlen(self::PREFIX . $flow->id . $value));
        $this->cookies->set(self::PREFIX . $flow->id, $value, $flow->expireTime + self::GRACE_SECONDS);

        return true;
    }

    public function read(string $id): ?Flow
    {
        return preg_match('/^[0-9a-f]{16}$/D', $id) === 1
            ? self::parse($id, $this->cookies->all()[self::PREFIX . $id] ?? '')
            : null;
    }

    /** The login that began last; null: none is under way. */
    public function newest(): ?Flow
    {
        $flows = $this->flows();

        return $flows === [] ? null : $flows[count($flows) - 1];
    }

    public function forget(Flow $flow): void
    {
        $this->cookies->clear(self::PREFIX . $flow->id);
    }

    /** After a logout nobody at this browser may go back to a callback and be logged in again. */
    public function forgetAll(): void
    {
        foreach (array_keys($this->cookies->all()) as $name) {
            if (strncmp((string) $name, self::PREFIX, strlen(self::PREFIX)) === 0) {
                $this->cookies->clear((string) $name);
            }
        }
    }

    /** Whether this browser keeps any cookie at all, of whomever. */
    public function browserKeepsCookies(): bool
    {
        return $this->cookies->all() !== [];
    }

    /** A cookie that only shows whether cookies work. */
    public function probe(): void
    {
        $this->cookies->set(self::PREFIX . 'probe', '1', $this->clock->now() + 300);
    }

    /** Ends the oldest ones until another of so many bytes fits. */
    private function makeRoomBeside(string $id, int $bytes): void
    {
        $others = array_values(array_filter($this->flows(), static fn (Flow $flow) => $flow->id !== $id));
        $sizes = array_map(fn (Flow $flow) => $this->bytesOf($flow), $others);
        while ($others !== [] && (count($others) >= self::MOST || array_sum($sizes) + $bytes > self::MAX_BYTES_IN_ALL)) {
            $this->forget(array_shift($others));
            array_shift($sizes);
        }
    }

    private function bytesOf(Flow $flow): int
    {
        $name = self::PREFIX . $flow->id;

        return strlen($name . ($this->cookies->all()[$name] ?? ''));
    }

    /** @return list<Flow> the oldest first */
    private function flows(): array
    {
        $flows = [];
        foreach ($this->cookies->all() as $name => $value) {
            if (preg_match('/^' . self::PREFIX . '([0-9a-f]{16})$/D', (string) $name, $parts) === 1) {
                $flows[] = self::parse($parts[1], $value);
            }
        }
        $flows = array_values(array_filter($flows));
        usort($flows, static fn (Flow $one, Flow $other) => $one->expireTime <=> $other->expireTime);

        return $flows;
    }

    private static function parse(
        string $id,
        #[\SensitiveParameter]
        string $value
    ): ?Flow {
        $parts = explode('.', $value);
        if (count($parts) !== 3 || !hash_equals(self::mac($id, $parts[0], $parts[1]), $parts[2])) {
            return null;
        }
        $kept = json_decode(self::decode($parts[1]), true);
        $secret = self::decode($parts[0]);
        if (!is_array($kept) || strlen($secret) !== 32) {
            return null;
        }
        $flow = new Flow($id, $secret, (string) $kept['i'], (int) $kept['u'], (string) $kept['p'], (string) $kept['r'], (int) $kept['e']);
        $flow->callbackQuery = (string) $kept['q'];

        return $flow;
    }

    private static function mac(
        string $id,
        #[\SensitiveParameter]
        string $secret,
        string $payload
    ): string {
        $key = wp_salt('auth') . '|leadtap-flow|' . get_current_blog_id();

        return hash_hmac('sha256', "{$id}|{$secret}|{$payload}", $key);
    }

    private static function encode(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }

    private static function decode(string $text): string
    {
        return (string) base64_decode(strtr($text, '-_', '+/'), true);
    }
}
