<?php
// Other plugins' say in who comes in, where a test wants it: a shop for members only, an account that waits for approval.

declare(strict_types=1);

add_filter('leadtap_may_register', static fn (bool $may): bool => $may && get_option('leadtap_test_members_only') !== '1');
add_filter('wp_authenticate_user', static function ($user) {
    return $user instanceof WP_User && $user->user_email === get_option('leadtap_test_blocked')
        ? new WP_Error('blocked', 'This account waits for approval.')
        : $user;
});
