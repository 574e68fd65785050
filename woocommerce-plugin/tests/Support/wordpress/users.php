<?php

// Users, roles and capabilities.

declare(strict_types=1);

use Leadtap\WooCommerce\Tests\Support\WordPress;

class WP_User
{
    public int $ID;
    public string $user_login;
    public string $user_email;
    public string $display_name = '';
    public string $first_name = '';
    public string $last_name = '';

    /** @var list<string> */
    public array $roles;

    /** @var array<string, bool> roles and single rights */
    public array $caps;

    public string $user_pass;

    /** @param list<string> $roles */
    public function __construct(int $id, string $login, string $email, array $roles, string $password)
    {
        $this->ID = $id;
        $this->user_login = $login;
        $this->user_email = $email;
        $this->roles = $roles;
        $this->caps = array_fill_keys($roles, true);
        $this->user_pass = $password;
    }

    public function set_role(string $role): void
    {
        $this->roles = [$role];
        $this->caps = [$role => true];
        WordPress::$users[$this->ID] = $this;
    }

    public function exists(): bool
    {
        return $this->ID > 0;
    }
}

class WP_Error
{
    private string $code;

    private string $message;

    public function __construct(string $code, string $message)
    {
        $this->code = $code;
        $this->message = $message;
    }

    public function get_error_code(): string
    {
        return $this->code;
    }

    public function get_error_message(): string
    {
        return $this->message;
    }

    /** @return list<string> */
    public function get_error_messages(): array
    {
        return [$this->message];
    }
}

/** @param mixed $value */
function is_wp_error($value): bool
{
    return $value instanceof WP_Error;
}

function is_multisite(): bool
{
    return WordPress::$isMultisite;
}

function is_super_admin(int $user): bool
{
    return in_array($user, WordPress::$superAdmins, true);
}

function is_user_member_of_blog(int $user, int $site): bool
{
    return $site === 1 && WordPress::$users[$user]->roles !== [];
}

function add_user_to_blog(int $site, int $user, string $role): bool
{
    WordPress::$users[$user]->set_role($role);

    return true;
}

/** @return list<object> */
function get_blogs_of_user(int $user, bool $all): array
{
    return array_map(static fn (int $site) => (object) ['userblog_id' => $site], array_keys(WordPress::$elsewhere[$user] ?? []));
}

/** @param WP_User $user @return WP_User */
function wp_authenticate_spam_check($user)
{
    return $user;
}

function get_current_blog_id(): int
{
    return WordPress::$site;
}

/** @param array<string, mixed> $query @return list<int> */
function get_sites(array $query): array
{
    return WordPress::$sites;
}

function switch_to_blog(int $site): bool
{
    WordPress::$site = $site;

    return true;
}

function restore_current_blog(): bool
{
    WordPress::$site = 1;

    return true;
}

function get_current_user_id(): int
{
    return WordPress::$currentUser;
}

function is_user_logged_in(): bool
{
    return WordPress::$currentUser > 0;
}

function wp_get_current_user(): WP_User
{
    return WordPress::$users[WordPress::$currentUser] ?? new WP_User(0, '', '', [], '');
}

/** @return WP_User|false a copy, as each read of WordPress is */
function get_userdata(int $id)
{
    return isset(WordPress::$users[$id]) ? clone WordPress::$users[$id] : false;
}

/** @return WP_User|false */
function get_user_by(string $field, string $value)
{
    foreach (WordPress::$users as $user) {
        if ($field === 'email' && strcasecmp($user->user_email, $value) === 0) {
            return clone $user;
        }
    }

    return false;
}

/** As WordPress: whoever filters `authenticate` first, else the password. @return WP_User|WP_Error */
function wp_authenticate(string $login, string $password)
{
    $answer = apply_filters('authenticate', null, $login, $password);
    if ($answer !== null) {
        return $answer;
    }
    foreach (WordPress::$users as $user) {
        if ($user->user_login === $login && $user->user_pass === $password) {
            return clone $user;
        }
    }
    do_action('wp_login_failed', $login);

    return new WP_Error('incorrect_password', 'The password is incorrect.');
}

/** @param array<string, mixed> $data @return int|WP_Error */
function wp_update_user(array $data)
{
    $before = clone WordPress::$users[$data['ID']];
    WordPress::$users[$data['ID']]->user_pass = $data['user_pass'];
    do_action('profile_update', $data['ID'], $before);

    return $data['ID'];
}

function wp_set_password(string $password, int $id): void
{
    WordPress::$users[$id]->user_pass = $password;
}

class WP_Session_Tokens
{
    private int $user;

    public static function get_instance(int $user): self
    {
        $tokens = new self();
        $tokens->user = $user;

        return $tokens;
    }

    public function destroy_all(): void
    {
        WordPress::$loggedOut[] = $this->user;
    }
}

class WP_Application_Passwords
{
    public static function delete_all_application_passwords(int $user): int
    {
        WordPress::$applicationsEnded[] = $user;

        return 0;
    }
}
