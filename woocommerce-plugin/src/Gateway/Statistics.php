<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** How many came on which day, and how the access tokens are. */
final class Statistics
{
    /** @var list<Day> in order, the days without anything too */
    public array $days;

    /** @var array<string, int> by {@see TokenStates}; states without any are left out */
    public array $tokens;

    /** When the tokens were counted, in seconds since 1970; null: not yet. */
    public ?int $tokenTime;

    /**
     * @param list<Day>          $days
     * @param array<string, int> $tokens
     */
    public function __construct(array $days, array $tokens, ?int $tokenTime)
    {
        $this->days = $days;
        $this->tokens = $tokens;
        $this->tokenTime = $tokenTime;
    }

    public function tokensIn(string $state): int
    {
        return $this->tokens[$state] ?? 0;
    }
}
