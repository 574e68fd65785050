<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** A call to the daemon that did not succeed, by what it means for the shop. Its message is for the log and holds no secret. */
final class GatewayFailure extends \RuntimeException
{
    /** The daemon cannot be reached or cannot work now, or the circuit is open. */
    public const DOWN = 'down';

    /** The deadline passed. What was under way goes on: the same call finds it later. */
    public const SLOW = 'slow';

    /** Instagram has trouble. {@see canRepeat()} says whether the same call can still succeed. */
    public const INSTAGRAM_DOWN = 'instagram_down';

    /** A limit is used up: too many logins at once. */
    public const BUSY = 'busy';

    /** The login came back too late. */
    public const EXPIRED = 'expired';

    /** The login came back in another browser. */
    public const OTHER_BROWSER = 'other_browser';

    /** This login is over for another reason; a new one can be begun. */
    public const START_AGAIN = 'start_again';

    /** Instagram's two ids belong to two leads. */
    public const CONFLICT = 'conflict';

    /** There is no such lead, or no such deletion. */
    public const NOT_FOUND = 'not_found';

    /** Somebody changed the lead after it was read. */
    public const CHANGED = 'changed';

    /** What came in Meta's name was not Meta's. */
    public const FORGED = 'forged';

    /** Somebody has to act: on the daemon, its configuration, or the app in Meta's dashboard. */
    public const OPERATOR = 'operator';

    private string $kind;

    private string $reason;

    private string $requestId;

    private bool $repeatable;

    public function __construct(
        string $kind,
        string $message,
        string $reason = '',
        string $requestId = '',
        bool $repeatable = false,
        ?\Throwable $cause = null
    ) {
        parent::__construct($message, 0, $cause);
        $this->kind = $kind;
        $this->reason = $reason;
        $this->requestId = $requestId;
        $this->repeatable = $repeatable;
    }

    /** One of the constants. */
    public function kind(): string
    {
        return $this->kind;
    }

    /** The contract's `ErrorReason` without its prefix; empty where the daemon gave none. */
    public function reason(): string
    {
        return $this->reason;
    }

    /** What to look for in the daemon's log. */
    public function requestId(): string
    {
        return $this->requestId;
    }

    /** Whether the very same call can succeed a little later. */
    public function canRepeat(): bool
    {
        return $this->repeatable;
    }

    /** What was said, without the name of the status in front; empty: nothing else was said. */
    public function sentence(): string
    {
        return (string) preg_replace('/^[A-Z_]+(?:: |$)/D', '', $this->getMessage());
    }

    /** @return array<string, scalar|null> */
    public function facts(): array
    {
        return ['failure' => $this->kind, 'reason' => $this->reason, 'request.id' => $this->requestId];
    }
}
