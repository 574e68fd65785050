<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Tests\Unit;

use Leadtap\WooCommerce\Tests\Support\TestCase;

/** Run under the oldest and a newer PHP, this is what holds the sources to what both understand. */
final class EverySourceTest extends TestCase
{
    public function test_every_shipped_file_is_understood_by_this_php(): void
    {
        $files = self::phpFiles((string) getenv('LEADTAP_STAGE'));
        self::assertGreaterThan(50, count($files));
        foreach ($files as $file) {
            self::assertNotSame([], token_get_all((string) file_get_contents($file), TOKEN_PARSE), $file);
        }
    }

    public function test_every_class_of_the_plugin_and_its_client_loads(): void
    {
        $stage = (string) getenv('LEADTAP_STAGE');
        foreach (['src' => 'Leadtap\\WooCommerce\\', 'client' => 'Leadtap\\WooCommerce\\Client\\'] as $folder => $prefix) {
            foreach (self::phpFiles("{$stage}/{$folder}") as $file) {
                $name = substr($file, strlen("{$stage}/{$folder}/"), -4);
                if (basename($name) !== 'autoload') {
                    $class = $prefix . strtr($name, '/', '\\');
                    self::assertTrue(class_exists($class) || interface_exists($class) || trait_exists($class), "{$class} is in {$file}");
                }
            }
        }
    }

    /** @return list<string> */
    private static function phpFiles(string $folder): array
    {
        $files = [];
        foreach (new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($folder, \FilesystemIterator::SKIP_DOTS)) as $file) {
            if (substr((string) $file, -4) === '.php') {
                $files[] = (string) $file;
            }
        }

        return $files;
    }
}
