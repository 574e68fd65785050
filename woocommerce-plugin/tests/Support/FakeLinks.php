<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Privacy\Links;

/** Links in memory. */
final class FakeLinks extends Links
{
    /** @var array<int, string> lead by user */
    public array $leads = [];

    /** @var array<string, list<int>> users by an id of Instagram's */
    public array $users = [];

    /** @var array<int, int> when each user was linked */
    public array $times = [];

    /** @var list<int> */
    public array $forgotten = [];

    public function __construct()
    {
    }

    public function leadOf(int $user): string
    {
        return $this->leads[$user] ?? '';
    }

    public function timeOf(int $user): int
    {
        return $this->times[$user] ?? 0;
    }

    public function usersOf(string $instagramId): array
    {
        return $this->users[$instagramId] ?? [];
    }

    public function usersOfLead(string $leadId): array
    {
        return array_keys($this->leads, $leadId, true);
    }

    public function forget(int $user): void
    {
        $this->forgotten[] = $user;
        unset($this->leads[$user]);
    }

    public function forgetAll(int $user): void
    {
        $this->forget($user);
    }
}
