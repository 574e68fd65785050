<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

/** Lets a user in and sends them on, or says why not. Answers the request. */
class Entrance
{
    private SignIn $signIn;

    private Welcome $welcome;

    private Landing $landing;

    public function __construct(SignIn $signIn, Welcome $welcome, Landing $landing)
    {
        $this->signIn = $signIn;
        $this->welcome = $welcome;
        $this->landing = $landing;
    }

    /** @param string $notice for the next page, once the user is in; empty: none */
    public function enter(\WP_User $user, string $place, string $returnTo, string $notice = ''): void
    {
        $refused = $this->signIn->signIn($user);
        if ($refused !== null) {
            $this->landing->tell($refused, $place, $returnTo);

            return;
        }
        if ($notice !== '') {
            wc_add_notice($notice);
        }
        $this->welcome->back($user, $returnTo);
    }
}
