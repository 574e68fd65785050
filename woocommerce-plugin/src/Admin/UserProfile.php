<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Module;

/** The lead on the profile of a user, for those who look after the shop. */
final class UserProfile implements Module
{
    private LeadPanel $panel;

    public function __construct(LeadPanel $panel)
    {
        $this->panel = $panel;
    }

    public function register(): void
    {
        add_action('show_user_profile', [$this, 'show']);
        add_action('edit_user_profile', [$this, 'show']);
    }

    public function show(\WP_User $user): void
    {
        if (!Guard::allows() || !current_user_can('edit_user', $user->ID)) {
            return;
        }
        echo '<div class="leadtap"><h2>' . esc_html__('Instagram', 'leadtap') . '</h2>';
        $this->panel->show($user->ID);
        echo '</div>';
    }
}
