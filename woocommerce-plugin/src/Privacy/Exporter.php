<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Privacy;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;

/** Tools > Export Personal Data: what the daemon holds of a person, and what WordPress keeps for the plugin. */
final class Exporter implements Module
{
    private BackOffice $daemon;

    private PersonLeads $leads;

    private UserFacts $facts;

    private Log $log;

    public function __construct(BackOffice $daemon, PersonLeads $leads, UserFacts $facts, Log $log)
    {
        $this->daemon = $daemon;
        $this->leads = $leads;
        $this->facts = $facts;
        $this->log = $log;
    }

    public function register(): void
    {
        add_filter('wp_privacy_personal_data_exporters', [$this, 'add']);
    }

    /**
     * @param array<string, array<string, mixed>> $exporters
     *
     * @return array<string, array<string, mixed>>
     */
    public function add(array $exporters): array
    {
        $exporters['leadtap'] = ['exporter_friendly_name' => __('Instagram login', 'leadtap'), 'callback' => [$this, 'export']];

        return $exporters;
    }

    /**
     * @return array{data: list<array<string, mixed>>, done: bool}|\WP_Error as WordPress wants it. An error stops the
     *                                                                       export: one that lacks something must not look whole
     */
    public function export(string $email, int $page = 1)
    {
        $items = [];
        try {
            foreach ($this->leads->of($email) as $leadId) {
                $json = $this->daemon->person($leadId);
                if ($json !== null) {
                    $items[] = self::item("leadtap-{$leadId}", self::document($json));
                }
            }
        } catch (GatewayFailure $failure) {
            $this->log->error('a personal data export: ' . $failure->getMessage(), $failure->facts());

            return new \WP_Error('leadtap', __('What the leadtap daemon holds of this person could not be exported. Look at the connection test under WooCommerce > Instagram login, then try again.', 'leadtap'));
        }

        $user = get_user_by('email', $email);
        $facts = $user instanceof \WP_User ? $this->facts->of($user->ID) : [];
        if ($facts !== []) {
            $items[] = self::item("leadtap-user-{$user->ID}", $facts);
        }

        return ['data' => $items, 'done' => true];
    }

    /** @return array<mixed> */
    private static function document(string $json): array
    {
        $document = json_decode($json, true, 32, JSON_BIGINT_AS_STRING);

        return is_array($document) ? $document : ['document' => $json];
    }

    /**
     * @param array<mixed> $values
     *
     * @return array<string, mixed>
     */
    private static function item(string $id, array $values): array
    {
        $rows = [];
        self::flatten($values, '', $rows);

        return [
            'group_id' => 'leadtap',
            'group_label' => __('Instagram login', 'leadtap'),
            'group_description' => __('What we received from Instagram and keep about your logins.', 'leadtap'),
            'item_id' => $id,
            'data' => $rows,
        ];
    }

    /**
     * @param array<mixed>                              $values
     * @param list<array{name: string, value: string}> $rows
     */
    private static function flatten(array $values, string $prefix, array &$rows): void
    {
        foreach ($values as $name => $value) {
            $name = $prefix . (is_int($name) ? (string) ($name + 1) : $name);
            if (is_array($value)) {
                self::flatten($value, "{$name}.", $rows);
            } elseif ($value !== null && $value !== '') {
                $rows[] = ['name' => $name, 'value' => esc_html(is_bool($value) ? ($value ? 'true' : 'false') : (string) $value)];
            }
        }
    }
}
