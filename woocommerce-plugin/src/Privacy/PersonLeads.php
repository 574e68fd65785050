<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Privacy;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;

/**
 * The leads of a person who asks by e-mail address: the one that is linked with
 * their account, and those that have the address and proof that it was theirs.
 * An address that nobody proved can be somebody else's, whose data are none of
 * this person's business.
 */
final class PersonLeads
{
    private const PAGE_SIZE = 100;

    /** Each call looks at some ten thousand leads: a million are some seconds. */
    private const CALLS = 200;

    private BackOffice $daemon;

    private Links $links;

    public function __construct(BackOffice $daemon, Links $links)
    {
        $this->daemon = $daemon;
        $this->links = $links;
    }

    /**
     * @return list<string> ids of leads
     *
     * @throws GatewayFailure also where there are too many leads to look through
     */
    public function of(string $email): array
    {
        $leads = [];
        $user = get_user_by('email', $email);
        if ($user instanceof \WP_User) {
            $leads[] = $this->links->leadOf($user->ID);
        }

        return array_values(array_unique(array_filter(array_merge($leads, $this->withProof($email)))));
    }

    /**
     * @return list<string>
     *
     * @throws GatewayFailure
     */
    private function withProof(string $email): array
    {
        if (!is_email($email)) {
            return [];
        }
        $filter = 'contact.email:* AND text:"' . addcslashes($email, '"\\') . '"';
        $leads = [];
        $token = '';
        for ($calls = 0; $calls < self::CALLS; $calls++) {
            $page = $this->daemon->leads($filter, 'create_time asc', self::PAGE_SIZE, $token);
            foreach ($page->leads as $lead) {
                if ($lead->emailVerifiedTime !== null && strcasecmp($lead->email, $email) === 0) {
                    $leads[] = $lead->leadId;
                }
            }
            $token = $page->nextToken;
            if ($token === '') {
                return $leads;
            }
        }
        throw new GatewayFailure(GatewayFailure::OPERATOR, 'There are more leads than can be looked through for an address: use `leadtap lead list --filter` on the daemon’s machine.');
    }
}
