<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Services;

use Leadtap\WooCommerce\Account\AccountActions;
use Leadtap\WooCommerce\Account\AccountDetails;
use Leadtap\WooCommerce\Account\AccountPage;
use Leadtap\WooCommerce\Account\ConfirmRoute;
use Leadtap\WooCommerce\Account\Consents;
use Leadtap\WooCommerce\Account\EmailConfirmation;
use Leadtap\WooCommerce\Account\EmailProof;
use Leadtap\WooCommerce\Account\Entry;
use Leadtap\WooCommerce\Account\ExistingAccount;
use Leadtap\WooCommerce\Account\FinishForm;
use Leadtap\WooCommerce\Account\FinishRoute;
use Leadtap\WooCommerce\Account\FinishSteps;
use Leadtap\WooCommerce\Account\LeadSync;
use Leadtap\WooCommerce\Account\LinkedAccounts;
use Leadtap\WooCommerce\Lock;
use Leadtap\WooCommerce\Account\Mailer;
use Leadtap\WooCommerce\Account\NewCustomer;
use Leadtap\WooCommerce\Account\Newcomers;
use Leadtap\WooCommerce\Account\OtherWaysIn;
use Leadtap\WooCommerce\Account\Ownership;
use Leadtap\WooCommerce\Account\Passwords;
use Leadtap\WooCommerce\Account\PendingStore;
use Leadtap\WooCommerce\Account\ProveRoute;
use Leadtap\WooCommerce\Account\Registration;
use Leadtap\WooCommerce\Account\Unlinking;
use Leadtap\WooCommerce\Button\Assets;
use Leadtap\WooCommerce\Clock;
use Leadtap\WooCommerce\Container;
use Leadtap\WooCommerce\Gateway\Gateway;
use Leadtap\WooCommerce\Log\Log;
use Leadtap\WooCommerce\Login\Departure;
use Leadtap\WooCommerce\Login\Entrance;
use Leadtap\WooCommerce\Login\FlowCookies;
use Leadtap\WooCommerce\Login\Landing;
use Leadtap\WooCommerce\Login\ReturnTo;
use Leadtap\WooCommerce\Login\RolePolicy;
use Leadtap\WooCommerce\RateLimit;
use Leadtap\WooCommerce\Routing\Responder;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Templates;

/** Who belongs to which Instagram account. */
final class AccountServices implements Services
{
    public function define(Container $container): void
    {
        $container->set(Templates::class, static fn () => new Templates());
        $container->set(RateLimit::class, static fn (Container $c) => new RateLimit($c->get(Lock::class), $c->get(Clock::class)));
        $container->set(Mailer::class, static fn () => new Mailer());
        $container->set(LinkedAccounts::class, static fn (Container $c) => new LinkedAccounts(
            $c->get(Lock::class),
            $c->get(Clock::class),
            $c->get(Log::class)
        ));
        $container->set(PendingStore::class, static fn () => new PendingStore());
        $container->set(Consents::class, static fn () => new Consents());
        $container->set(EmailProof::class, static fn () => new EmailProof());
        $container->set(LeadSync::class, static fn (Container $c) => new LeadSync(
            $c->get(Gateway::class),
            $c->get(LinkedAccounts::class),
            $c->get(EmailProof::class),
            $c->get(Consents::class),
            $c->get(Clock::class),
            $c->get(Log::class)
        ));
        $container->set(Newcomers::class, static fn () => new Newcomers());
        $container->set(NewCustomer::class, static fn () => new NewCustomer());
        $container->set(EmailConfirmation::class, static fn (Container $c) => new EmailConfirmation(
            $c->get(Mailer::class),
            $c->get(EmailProof::class),
            $c->get(RateLimit::class),
            $c->get(Urls::class),
            $c->get(Clock::class)
        ));
        $container->set(Ownership::class, static fn (Container $c) => new Ownership(
            $c->get(Mailer::class),
            $c->get(RolePolicy::class),
            $c->get(RateLimit::class),
            $c->get(Urls::class)
        ));
        $container->set(Entry::class, static fn (Container $c) => new Entry(
            $c->get(Settings::class),
            $c->get(Clock::class)
        ));
        $container->set(OtherWaysIn::class, static fn (Container $c) => new OtherWaysIn(
            $c->get(Mailer::class),
            $c->get(Log::class)
        ));
        $container->set(ExistingAccount::class, static fn (Container $c) => new ExistingAccount(
            $c->get(LinkedAccounts::class),
            $c->get(RolePolicy::class),
            $c->get(EmailProof::class),
            $c->get(OtherWaysIn::class),
            $c->get(PendingStore::class),
            $c->get(Consents::class),
            $c->get(LeadSync::class),
            $c->get(Entrance::class),
            $c->get(Landing::class),
            $c->get(Lock::class),
            $c->get(Clock::class)
        ));
        $container->set(Registration::class, static fn (Container $c) => new Registration(
            $c->get(LinkedAccounts::class),
            $c->get(Entry::class),
            $c->get(Newcomers::class),
            $c->get(NewCustomer::class),
            $c->get(EmailConfirmation::class),
            $c->get(Consents::class),
            $c->get(LeadSync::class),
            $c->get(Lock::class),
            $c->get(Entrance::class),
            $c->get(Landing::class)
        ));
        $container->set(FinishSteps::class, static fn (Container $c) => new FinishSteps(
            $c->get(PendingStore::class),
            $c->get(RateLimit::class),
            $c->get(Registration::class),
            $c->get(Ownership::class),
            $c->get(ExistingAccount::class),
            $c->get(Landing::class)
        ));
        $container->set(AccountPage::class, static fn (Container $c) => new AccountPage($c->get(Assets::class)));
        $container->set(FinishForm::class, static fn (Container $c) => new FinishForm(
            $c->get(Settings::class),
            $c->get(Entry::class),
            $c->get(Ownership::class),
            $c->get(AccountPage::class),
            $c->get(Templates::class),
            $c->get(Landing::class),
            $c->get(Urls::class)
        ));
        $container->set(Passwords::class, static fn (Container $c) => new Passwords(
            $c->get(LinkedAccounts::class),
            $c->get(EmailProof::class),
            $c->get(Clock::class),
            $c->get(Log::class)
        ));
        $container->set(Unlinking::class, static fn (Container $c) => new Unlinking(
            $c->get(LinkedAccounts::class),
            $c->get(Passwords::class)
        ));
        $container->set(AccountDetails::class, static fn (Container $c) => new AccountDetails(
            $c->get(Settings::class),
            $c->get(LinkedAccounts::class),
            $c->get(Passwords::class),
            $c->get(EmailProof::class),
            $c->get(RolePolicy::class),
            $c->get(Templates::class),
            $c->get(Assets::class),
            $c->get(Urls::class)
        ));
        $container->set(FinishRoute::class, static fn (Container $c) => new FinishRoute(
            $c->get(Settings::class),
            $c->get(FlowCookies::class),
            $c->get(PendingStore::class),
            $c->get(LinkedAccounts::class),
            $c->get(FinishSteps::class),
            $c->get(FinishForm::class),
            $c->get(Landing::class),
            $c->get(Entrance::class)
        ));
        $container->set(ProveRoute::class, static fn (Container $c) => new ProveRoute(
            $c->get(Settings::class),
            $c->get(FlowCookies::class),
            $c->get(PendingStore::class),
            $c->get(Ownership::class),
            $c->get(ExistingAccount::class),
            $c->get(AccountPage::class),
            $c->get(Templates::class),
            $c->get(Landing::class)
        ));
        $container->set(ConfirmRoute::class, static fn (Container $c) => new ConfirmRoute(
            $c->get(Settings::class),
            $c->get(EmailConfirmation::class),
            $c->get(AccountPage::class),
            $c->get(Templates::class),
            $c->get(Urls::class),
            $c->get(Responder::class)
        ));
        $container->set(AccountActions::class, static fn (Container $c) => new AccountActions(
            $c->get(Settings::class),
            $c->get(RolePolicy::class),
            $c->get(Departure::class),
            $c->get(Unlinking::class),
            $c->get(EmailConfirmation::class),
            $c->get(ReturnTo::class),
            $c->get(Landing::class),
            $c->get(Urls::class),
            $c->get(Responder::class)
        ));
    }

    public function modules(): array
    {
        return [LeadSync::class, Passwords::class, AccountDetails::class];
    }

    public function routes(): array
    {
        return [
            FinishRoute::NAME => FinishRoute::class,
            ProveRoute::NAME => ProveRoute::class,
            ConfirmRoute::NAME => ConfirmRoute::class,
            AccountActions::NAME => AccountActions::class,
        ];
    }
}
