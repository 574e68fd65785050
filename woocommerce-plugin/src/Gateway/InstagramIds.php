<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

/** The two ids of an Instagram account. Nothing else ever decides who is logged in. */
final class InstagramIds
{
    private string $scopedId;

    private string $userId;

    /**
     * @param string $scopedId the app-scoped id: digits
     * @param string $userId   the professional account's id: digits; empty where Instagram gave none
     *
     * @throws \InvalidArgumentException where they are not such ids
     */
    public function __construct(string $scopedId, string $userId)
    {
        if (preg_match('/^[0-9]{1,32}$/D', $scopedId) !== 1 || preg_match('/^[0-9]{0,32}$/D', $userId) !== 1) {
            throw new \InvalidArgumentException('an Instagram id is 1 to 32 digits');
        }
        $this->scopedId = $scopedId;
        $this->userId = $userId;
    }

    public function scopedId(): string
    {
        return $this->scopedId;
    }

    public function userId(): string
    {
        return $this->userId;
    }
}
