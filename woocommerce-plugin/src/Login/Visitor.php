<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\Request;

/** How often one visitor may begin a login: each is a call to the daemon and a place in its store. */
class Visitor
{
    /** So many that people who share an address do not meet it. Then the shop's own form is what they get for a while. */
    private const MOST_LOGINS = 300;

    private const SECONDS = 600;

    /** Who has an address of IPv6 has all that begin with its first half. */
    private const NETWORK_BYTES = 8;

    private RateLimit $limit;

    public function __construct(RateLimit $limit)
    {
        $this->limit = $limit;
    }

    public function mayBegin(): bool
    {
        /**
         * Filters the address by which logins are counted, for shops whose proxy says it elsewhere. Take no header that
         * visitors can send themselves.
         *
         * @param string $address empty: nobody is counted
         */
        $address = apply_filters('leadtap_client_address', self::address());
        $bytes = is_string($address) && filter_var($address, FILTER_VALIDATE_IP) !== false ? inet_pton($address) : false;
        if ($bytes === false) {
            return true;
        }
        $network = strlen($bytes) === 4 ? $bytes : substr($bytes, 0, self::NETWORK_BYTES);
        // Nobody who reads the database learns who was here.
        $name = 'start|' . hash_hmac('sha256', $network, wp_salt('nonce'));

        return $this->limit->allows($name, self::MOST_LOGINS, self::SECONDS);
    }

    /** Empty for one of a private network: that is the shop's own proxy, behind which are all visitors. */
    private static function address(): string
    {
        $address = Request::server('REMOTE_ADDR');
        $isPublic = filter_var($address, FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE) !== false;

        return $isPublic ? $address : '';
    }
}
