<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\GatewayFailure;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Module;

/** WooCommerce > Instagram leads: all of it comes from the daemon, and nothing of it stays in WordPress. */
final class LeadsPage implements Module
{
    /** Pages that one can go back to. */
    private const TRAIL = 8;

    private BackOffice $daemon;

    private LeadFinder $finder;

    private LeadDetails $details;

    private Clock $clock;

    private Log $log;

    public function __construct(BackOffice $daemon, LeadFinder $finder, LeadDetails $details, Clock $clock, Log $log)
    {
        $this->daemon = $daemon;
        $this->finder = $finder;
        $this->details = $details;
        $this->clock = $clock;
        $this->log = $log;
    }

    public function register(): void
    {
        // After WooCommerce's own, so that the menu it belongs to is there.
        add_action('admin_menu', [$this, 'addToMenu'], 65);
    }

    public function addToMenu(): void
    {
        $title = __('Instagram leads', 'leadtap');
        add_submenu_page('woocommerce', $title, $title, Guard::CAPABILITY, Pages::LEADS, [$this, 'show']);
    }

    public function show(): void
    {
        Guard::enforceCapability();
        $query = wp_unslash($_GET);
        $lead = is_string($query['lead'] ?? null) ? $query['lead'] : '';
        if ($lead !== '') {
            $this->details->show($lead);

            return;
        }
        Template::show('leads', $this->view(is_array($query) ? $query : []));
    }

    /**
     * @param array<string, mixed> $query
     *
     * @return array<string, mixed>
     */
    private function view(array $query): array
    {
        $filter = LeadFilter::from($query, wp_timezone());
        $order = $this->oneOf($query, 'order', LeadFinder::ORDERS);
        $days = (int) $this->oneOf($query, 'days', array_map('strval', array_merge([Days::DEFAULT], Days::CHOICES)));
        $view = [
            'notices' => Pages::said(),
            'filter' => $filter,
            'order' => $order,
            'days' => $days,
            'query' => $filter->query() + ['order' => $order, 'days' => (string) $days],
            'page' => null,
            'statistics' => null,
            'failure' => null,
        ];
        try {
            $token = is_string($query['after'] ?? null) ? $query['after'] : '';
            $view['page'] = $this->finder->page($filter, $order, $token);
            $view += $this->paging($token, is_string($query['trail'] ?? null) ? $query['trail'] : '', $view);
            $boundaries = Days::boundaries($days, wp_timezone(), $this->clock->now());
            $view['statistics'] = $this->daemon->statistics($boundaries);
        } catch (GatewayFailure $failure) {
            $this->log->error('the leads page: ' . $failure->getMessage(), $failure->facts());
            $view['failure'] = $failure;
        }

        return $view;
    }

    /**
     * The daemon's pages go forward alone, so the way back is in the address.
     *
     * @param array<string, mixed> $view
     *
     * @return array{next: string, back: string, isFirst: bool}
     */
    private function paging(string $token, string $trail, array $view): array
    {
        $tokens = $trail === '' ? [] : explode(',', $trail);
        $before = array_slice(array_merge($tokens, [$token === '' ? '-' : $token]), -self::TRAIL);
        $next = $view['page']->nextToken;
        $back = array_pop($tokens);
        $backQuery = $back === null || $back === '-' ? [] : ['after' => $back, 'trail' => implode(',', $tokens)];

        return [
            'next' => $next === '' ? '' : Pages::leads($view['query'] + ['after' => $next, 'trail' => implode(',', $before)]),
            'back' => $token === '' ? '' : Pages::leads($view['query'] + $backQuery),
            'isFirst' => $token === '',
        ];
    }

    /**
     * @param array<string, mixed> $query
     * @param list<string>         $values the first is the default
     */
    private function oneOf(array $query, string $key, array $values): string
    {
        $value = $query[$key] ?? null;

        return is_string($value) && in_array($value, $values, true) ? $value : $values[0];
    }
}
