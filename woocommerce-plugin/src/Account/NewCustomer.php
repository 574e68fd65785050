<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Account;

use Leadtap\WooCommerce\Gateway\Person;

/** Makes a customer, and never anything more than a customer. */
class NewCustomer
{
    private const ROLE = 'customer';

    /**
     * @param string $name as entered; may be empty
     *
     * @return \WP_User|\WP_Error
     */
    public function create(string $email, string $name, Person $person)
    {
        $data = self::names($name !== '' ? $name : $person->username) + ['source' => 'leadtap'];
        $login = wc_create_new_customer_username($email, $data);
        // A password that nobody knows. The link that sets one comes with "Lost your password?".
        $id = wc_create_new_customer($email, $login, wp_generate_password(40, true, true), $data);
        if (is_wp_error($id)) {
            return $id;
        }
        $user = get_userdata((int) $id);
        if (!$user instanceof \WP_User) {
            return new \WP_Error('leadtap_vanished', __('The account could not be made. Please try again.', 'leadtap'));
        }
        // Another plugin's filter may have let a request choose the role.
        if (array_values($user->roles) !== [self::ROLE]) {
            $user->set_role(self::ROLE);
        }
        update_user_meta($user->ID, MetaKeys::noPassword(), '1');

        return $user;
    }

    /** For an account that was made a moment ago and belongs to nobody. */
    public function undo(\WP_User $user): void
    {
        require_once ABSPATH . 'wp-admin/includes/user.php';
        wp_delete_user($user->ID);
    }

    /** @return array<string, string> */
    private static function names(string $name): array
    {
        $words = preg_split('/\s+/u', trim($name), -1, PREG_SPLIT_NO_EMPTY) ?: [];
        $last = count($words) > 1 ? (string) array_pop($words) : '';

        return [
            'display_name' => trim(implode(' ', $words) . ' ' . $last),
            'first_name' => implode(' ', $words),
            'last_name' => $last,
        ];
    }
}
