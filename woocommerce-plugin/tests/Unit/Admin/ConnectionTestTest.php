<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit\Admin;

use Leadtap\WooCommerce\Admin\ConfigurationCheck;
use Leadtap\WooCommerce\Admin\ConfigurationLines;
use Leadtap\WooCommerce\Admin\ConnectionTest;
use Leadtap\WooCommerce\Admin\Finding;
use Leadtap\WooCommerce\Admin\Host;
use Leadtap\WooCommerce\Client\Status;
use Leadtap\WooCommerce\Client\V1\Site;
use Leadtap\WooCommerce\Plugin;
use Leadtap\WooCommerce\Routing\Urls;
use Leadtap\WooCommerce\Settings\Settings;
use Leadtap\WooCommerce\Tests\Support\AdminTestCase;
use Leadtap\WooCommerce\Tests\Support\FakeHost;

final class ConnectionTestTest extends AdminTestCase
{
    private const CALLBACK = 'https://shop.example/leadtap/callback/';

    private FakeHost $host;

    protected function setUp(): void
    {
        parent::setUp();
        $this->host = new FakeHost();
    }

    public function testAllIsWell(): void
    {
        $findings = $this->test($this->site());
        self::assertSame(Finding::GOOD, Finding::worst($findings));
        self::assertSame(['unix:///run/leadtap/leadtap.sock'], $this->host->tried);
        self::assertStringContainsString('site “shop”', $findings[0]->what);
    }

    public function testAUserWithoutTheRightToTheSocketIsNamedWithItsGroup(): void
    {
        $this->host->connect = Host::NO_PERMISSION;
        $this->host->group = 'shopsocket';
        $this->obstructs(['www-data', '/run/leadtap/leadtap.sock'], ['group shopsocket'], "usermod -aG shopsocket www-data\nsystemctl restart php");
    }

    public function testAMissingSocketIsNotBlamedOnOpenBasedir(): void
    {
        $this->host->connect = Host::NO_SUCH_FILE;
        $this->host->openBasedir = '/var/www';
        $this->obstructs(['no socket at /run/leadtap/leadtap.sock'], ['container', 'open_basedir is not the cause'], 'systemctl status leadtap');
    }

    public function testASocketUnderTmpIsHiddenBySystemd(): void
    {
        self::settings(['address' => 'unix:///tmp/leadtap.sock']);
        $this->host->connect = Host::NO_SUCH_FILE;
        $this->obstructs(['/tmp of their own'], ['/run/leadtap'], '');
    }

    public function testADaemonThatDoesNotRunIsToBeStarted(): void
    {
        $this->host->connect = Host::REFUSED;
        $this->obstructs(['does not run'], ['Start it'], 'systemctl start leadtap');
    }

    public function testPhpThatMayNotConnectAtAll(): void
    {
        $this->host->missing = ['stream_socket_client', 'curl_init'];
        $this->obstructs(['stream_socket_client is switched off'], ['disable_functions'], '');
    }

    public function testAnAddressWithTlsTakesCurl(): void
    {
        self::settings(['address' => 'https://daemon.example:8443']);
        $this->host->missing = ['curl_init'];
        $this->obstructs(['https://', 'curl extension'], ['Unix socket'], '');
        $this->host->missing = [];
        self::assertSame(Finding::GOOD, Finding::worst($this->test($this->site())));
    }

    public function testATokenFileThatOpenBasedirHides(): void
    {
        self::settings(['token_file' => '/etc/leadtap/shop.token']);
        $this->host->openBasedir = '/var/www';
        $this->obstructs(['/etc/leadtap/shop.token'], ['open_basedir allows /var/www alone'], '');
    }

    public function testACallerThatNobodyConfiguredGetsTheLinesToAdd(): void
    {
        $this->daemon->refuses(Status::UNAUTHENTICATED, 'CALLER_UNKNOWN', 'OPERATOR');
        $this->obstructs(['www-data, number 33'], ['systemctl reload leadtap'], "uid = 33\npermissions = [\"login\", \"leads\", \"platform\"]", false);
    }

    public function testACallerThatMayNotLogIn(): void
    {
        $this->daemon->refuses(Status::PERMISSION_DENIED, 'PERMISSION_MISSING', 'OPERATOR');
        $this->obstructs(['may not log anybody in'], ['[[caller]]'], 'permissions = ["login", "leads", "platform"]', false);
    }

    public function testADaemonThatDoesNotKnowTheQuestionIsTooOld(): void
    {
        $this->daemon->refuses(Status::UNIMPLEMENTED, 'METHOD_UNKNOWN', 'FIX_REQUEST');
        $this->obstructs(['older than this plugin'], ['Update the daemon first'], '', false);
    }

    public function testAnotherProgramThatSpeaksGrpcIsNotTakenForTheDaemon(): void
    {
        $this->daemon->isAnotherProgram();
        $this->obstructs(['another program'], ['Look whether the address is the daemon’s'], '', false);
    }

    public function testNobodyIsAdvisedToPutAWebServerIntoAPowerfulGroup(): void
    {
        foreach (['root', 'sudo', 'docker'] as $group) {
            $this->host->connect = Host::NO_PERMISSION;
            $this->host->group = $group;
            $finding = $this->findings()[0];
            self::assertStringNotContainsString('usermod', $finding->code);
            self::assertStringContainsString('group = "leadtap"', $finding->code);
        }
    }

    public function testADaemonThatDoesNotAnswer(): void
    {
        $this->daemon->isTooSlow();
        $this->obstructs(['did not answer in time'], ['daemon’s log'], '', false);
    }

    public function testAnOlderDaemonIsNamed(): void
    {
        $findings = $this->test($this->site()->setDaemonVersion('0.0.9'));
        self::assertSame(Finding::BAD, $findings[1]->level);
        self::assertStringContainsString('0.0.9, is older than this plugin, ' . Plugin::VERSION, $findings[1]->what);
    }

    public function testADaemonOfTheNextGenerationIsAWarning(): void
    {
        $findings = $this->test($this->site()->setDaemonVersion('99.0.0'));
        self::assertSame(Finding::WARNING, Finding::worst($findings));
    }

    public function testMissingPermissionsAreNamed(): void
    {
        $findings = $this->test($this->site()->setPermissions(['login']));
        self::assertSame(Finding::BAD, Finding::worst($findings));
        self::assertStringContainsString('leads, platform', $findings[1]->what);
    }

    public function testAShopThatMayReadTokensMayTooMuch(): void
    {
        $findings = $this->test($this->site()->setPermissions(['login', 'leads', 'platform', 'tokens']));
        self::assertSame(Finding::WARNING, Finding::worst($findings));
        self::assertStringContainsString('more than it needs: tokens', $findings[1]->what);
    }

    public function testAnotherCallbackIsNamedByItsDifference(): void
    {
        $findings = $this->test($this->site()->setRedirectUris(['https://shop.example/leadtap/callback']));
        self::assertSame(Finding::BAD, Finding::worst($findings));
        self::assertStringContainsString('a slash at the end', $findings[1]->what);
        self::assertStringContainsString('redirect_uris = ["' . self::CALLBACK . '"]', $findings[1]->code);
    }

    public function testAForeignStatusPageIsAWarning(): void
    {
        $findings = $this->test($this->site()->setDeletionStatusUrl('https://else.example/gone?code={code}'));
        self::assertSame(Finding::WARNING, Finding::worst($findings));
        $own = $this->test($this->site()->setDeletionStatusUrl('https://shop.example/leadtap/deletion_status/?code={code}'));
        self::assertSame(Finding::GOOD, Finding::worst($own));
    }

    /**
     * @param list<string> $what
     * @param list<string> $todo
     */
    private function obstructs(array $what, array $todo, string $code, bool $beforeTheCall = true): void
    {
        $findings = $this->findings();
        self::assertCount(1, $findings);
        self::assertSame(Finding::BAD, $findings[0]->level);
        foreach ($what as $words) {
            self::assertStringContainsString($words, $findings[0]->what);
        }
        foreach ($todo as $words) {
            self::assertStringContainsString($words, $findings[0]->todo);
        }
        self::assertStringContainsString($code, $findings[0]->code);
        self::assertCount($beforeTheCall ? 0 : 1, $this->daemon->calls);
    }

    /** @return list<Finding> */
    private function test(Site $site): array
    {
        $this->daemon->answers($site);

        return $this->findings();
    }

    /** @return list<Finding> */
    private function findings(): array
    {
        $settings = new Settings();
        $urls = new Urls($settings);
        $lines = new ConfigurationLines($urls, $this->host);

        return (new ConnectionTest($settings, $this->office, $this->host, $lines, new ConfigurationCheck($urls, $lines)))->run();
    }

    private function site(): Site
    {
        return (new Site())
            ->setSiteId('shop')
            ->setDaemonVersion(Plugin::VERSION)
            ->setPermissions(['login', 'leads', 'platform'])
            ->setRedirectUris([self::CALLBACK]);
    }
}
