<?php
// What a shop remembers of a browser: in an option under a cookie's value, in
// the account of whoever is logged in. A login carries the cart over.

declare(strict_types=1);

class WC_Session_Handler
{
    private const COOKIE = 'wp_woocommerce_session_stand_in';
    /** @var array<string, mixed> */
    private array $data = [];
    private string $guest = '';

    public function __construct()
    {
        $this->guest = preg_replace('/[^a-z0-9]/', '', (string) ($_COOKIE[self::COOKIE] ?? ''));
        $this->data = $this->read();
        if (is_user_logged_in() && $this->guest !== '') {
            $this->merge();
        }
    }

    public function init(): void
    {
    }

    public function has_session(): bool
    {
        return $this->guest !== '' || is_user_logged_in();
    }

    public function set_customer_session_cookie(bool $set): void
    {
        if ($set && $this->guest === '' && !is_user_logged_in()) {
            $this->guest = strtolower(wp_generate_password(32, false));
            setcookie(self::COOKIE, $this->guest, 0, COOKIEPATH ?: '/', (string) COOKIE_DOMAIN, false, true);
        }
    }

    /** @return mixed */
    public function get(string $key, $default = null)
    {
        return $this->data[$key] ?? $default;
    }

    /** @param mixed $value */
    public function set(string $key, $value): void
    {
        $this->set_customer_session_cookie(true);
        $this->data[$key] = $value;
        $this->save();
    }

    public function __unset(string $key): void
    {
        unset($this->data[$key]);
        $this->save();
    }

    public function get_customer_id(): string
    {
        return is_user_logged_in() ? (string) get_current_user_id() : $this->guest;
    }

    private function merge(): void
    {
        $carried = (array) get_option($this->option(), []);
        foreach ((array) ($carried['cart'] ?? []) as $product => $quantity) {
            $this->data['cart'][$product] = max($quantity, $this->data['cart'][$product] ?? 0);
        }
        $this->data['notices'] = array_merge_recursive($this->data['notices'] ?? [], $carried['notices'] ?? []);
        $this->data += $carried;
        $this->save();
        delete_option($this->option());
        setcookie(self::COOKIE, '', 1, COOKIEPATH ?: '/', (string) COOKIE_DOMAIN, false, true);
        $this->guest = '';
    }

    /** @return array<string, mixed> */
    private function read(): array
    {
        if (is_user_logged_in()) {
            return (array) get_user_meta(get_current_user_id(), '_stand_in_session', true) ?: [];
        }
        return $this->guest === '' ? [] : (array) get_option($this->option(), []);
    }

    private function save(): void
    {
        if (is_user_logged_in()) {
            update_user_meta(get_current_user_id(), '_stand_in_session', array_filter($this->data));
        } else {
            update_option($this->option(), array_filter($this->data), false);
        }
    }

    private function option(): string
    {
        return "_stand_in_session_{$this->guest}";
    }
}
