<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Gateway;

use Leadtap\WooCommerce\Client\Google\Protobuf\Timestamp;
use Leadtap\WooCommerce\Client\V1\Consent as ConsentMessage;
use Leadtap\WooCommerce\Client\V1\Contact;
use Leadtap\WooCommerce\Client\V1\Lead;

/** Between the contract's messages and the plugin's own values. */
final class Conversions
{
    private function __construct()
    {
    }

    /** @throws GatewayFailure where the lead has no ids, so that it is nobody */
    public static function person(?Lead $lead): Person
    {
        $profile = $lead === null ? null : $lead->getInstagram();
        if ($profile === null) {
            throw new GatewayFailure(GatewayFailure::OPERATOR, 'The daemon answered with a lead that has no Instagram account.');
        }
        try {
            $ids = new InstagramIds($profile->getId(), $profile->getUserId());
        } catch (\InvalidArgumentException $wrong) {
            throw new GatewayFailure(GatewayFailure::OPERATOR, 'The daemon answered with a lead without ids: ' . $wrong->getMessage());
        }

        return new Person($lead->getLeadId(), $ids, $profile->getUsername(), $profile->getName(), $lead->getEtag());
    }

    public static function contact(ContactDetails $details): Contact
    {
        return (new Contact())
            ->setEmail($details->email)
            ->setEmailVerifiedTime(self::timestamp($details->emailVerifiedTime))
            ->setFullName($details->fullName);
    }

    public static function consent(Consent $consent): ConsentMessage
    {
        return (new ConsentMessage())
            ->setTextVersion($consent->textVersion)
            ->setAgreeTime(self::timestamp($consent->agreeTime))
            ->setSource($consent->source);
    }

    public static function timestamp(?int $seconds): ?Timestamp
    {
        return $seconds === null ? null : (new Timestamp())->setSeconds($seconds);
    }
}
