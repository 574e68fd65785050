<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Support;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\V1\Contact;
use Leadtap\WooCommerce\Client\V1\InstagramProfile;
use Leadtap\WooCommerce\Client\V1\Lead;
use Leadtap\WooCommerce\Client\V1\ListLeadsResponse;
use Leadtap\WooCommerce\Gateway\BackOffice;
use Leadtap\WooCommerce\Gateway\Calls;

/** A test of what the shop's people see, over a daemon that answers in bytes. */
abstract class AdminTestCase extends TestCase
{
    protected const LEAD = '01a213e5-9711-7d84-a2d0-c6357330d9e1';
    protected const OTHER_LEAD = '01a213e5-9711-7d84-a2d0-c6357330d9e2';

    protected FakeDaemon $daemon;

    protected BackOffice $office;

    protected function setUp(): void
    {
        parent::setUp();
        Admin::reset();
        $this->daemon = new FakeDaemon();
        $this->office = new BackOffice(new Calls($this->daemon));
    }

    /** As an admin who sends a form of this action. */
    protected static function comesFrom(string $action): void
    {
        Admin::$capabilities = ['manage_woocommerce'];
        Admin::$nonceFor = $action;
    }

    protected static function lead(string $id = self::LEAD, string $email = '', bool $verified = false): Lead
    {
        $contact = (new Contact())->setEmail($email);
        if ($verified) {
            $contact->setEmailVerifiedTime((new Timestamp())->setSeconds(1790000000));
        }

        return (new Lead())
            ->setLeadId($id)
            ->setInstagram((new InstagramProfile())->setId('25000000000000042')->setUserId('17841400000000042')->setUsername('mira'))
            ->setContact($contact);
    }

    /** @param list<Lead> $leads */
    protected static function page(array $leads, string $next = ''): ListLeadsResponse
    {
        return (new ListLeadsResponse())->setLeads($leads)->setNextPageToken($next);
    }
}
