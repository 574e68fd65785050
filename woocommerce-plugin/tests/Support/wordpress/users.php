<?php

// Users, roles and capabilities.

declare(strict_types=1);

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

    public function exists(): bool
    {
        return $this->ID > 0;
    }
}
