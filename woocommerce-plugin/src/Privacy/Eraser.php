<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Privacy;

use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;

/** Tools > Erase Personal Data: the daemon erases the lead, and the shop forgets the link. */
final class Eraser implements Module
{
    private BackOffice $daemon;

    private PersonLeads $leads;

    private Links $links;

    private Log $log;

    public function __construct(BackOffice $daemon, PersonLeads $leads, Links $links, Log $log)
    {
        $this->daemon = $daemon;
        $this->leads = $leads;
        $this->links = $links;
        $this->log = $log;
    }

    public function register(): void
    {
        add_filter('wp_privacy_personal_data_erasers', [$this, 'add']);
    }

    /**
     * @param array<string, array<string, mixed>> $erasers
     *
     * @return array<string, array<string, mixed>>
     */
    public function add(array $erasers): array
    {
        $erasers['leadtap'] = ['eraser_friendly_name' => __('Instagram login', 'leadtap'), 'callback' => [$this, 'erase']];

        return $erasers;
    }

    /** @return array{items_removed: bool, items_retained: bool, messages: list<string>, done: bool}|\WP_Error as WordPress wants it */
    public function erase(string $email, int $page = 1)
    {
        $removed = false;
        try {
            foreach ($this->leads->of($email) as $leadId) {
                $removed = $this->daemon->erase($leadId) || $removed;
            }
        } catch (GatewayFailure $failure) {
            $this->log->error('a personal data erasure: ' . $failure->getMessage(), $failure->facts());

            return new \WP_Error('leadtap', __('What the leadtap daemon holds of this person could not be erased. Look at the connection test under WooCommerce > Instagram login, then try again.', 'leadtap'));
        }
        $user = get_user_by('email', $email);
        if ($user instanceof \WP_User) {
            // After the lead: a link that is gone would lead nobody to it any more.
            $removed = $this->links->leadOf($user->ID) !== '' || $removed;
            $this->links->forgetAll($user->ID);
        }

        return ['items_removed' => $removed, 'items_retained' => false, 'messages' => [], 'done' => true];
    }
}
