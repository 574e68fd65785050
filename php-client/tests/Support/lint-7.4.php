<?php

// Under the oldest PHP: every file compiles, every class loads, and a call works.

declare(strict_types=1);

use Leadtap\Client\BrowserBinding;
use Leadtap\Client\Channel;
use Leadtap\Client\Leadtap;
use Leadtap\Client\LeadtapException;
use Leadtap\Client\Tests\Support\FakeTransport;
use Leadtap\Client\Tests\Support\Replies;
use Leadtap\Client\V1\Lead;
use Leadtap\Client\V1\StartAuthorizationResponse;

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    throw new ErrorException($message, 0, $level, $file, $line);
});

/** Throws unless it is true: `assert` may be switched off. */
function hold(bool $truth, string $what): void
{
    if (!$truth) {
        throw new RuntimeException("not so: {$what}");
    }
}

$root = dirname(__DIR__, 2);
require $root . '/autoload.php';
hold(PHP_VERSION_ID >= 70400 && PHP_VERSION_ID < 70500, 'this is PHP 7.4');

$classes = 0;
foreach (['src', 'generated'] as $directory) {
    foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator("{$root}/{$directory}", FilesystemIterator::SKIP_DOTS)) as $file) {
        $name = substr((string) $file, strlen("{$root}/{$directory}/"), -4);
        if ($name === 'autoload') {
            continue;
        }
        $class = 'Leadtap\\Client\\' . strtr($name, '/', '\\');
        hold(class_exists($class) || interface_exists($class) || trait_exists($class), "{$class} is in {$file}");
        $classes++;
    }
}
foreach (glob($root . '/examples/*.php') as $example) {
    token_get_all((string) file_get_contents($example), TOKEN_PARSE);
}

require __DIR__ . '/FakeTransport.php';
require __DIR__ . '/Replies.php';
$start = new StartAuthorizationResponse(['state' => 's']);
$lead = new Lead(['lead_id' => 'x', 'attributes' => ['a' => 'b'], 'login_count' => PHP_INT_MAX]);
$leadtap = new Leadtap(new Channel(new FakeTransport(Replies::good($start), Replies::good($lead), Replies::failed(5))));
hold($leadtap->start(BrowserBinding::generate(), ['return_to' => '/'])->getState() === 's', 'a login begins');
hold($leadtap->lead('x') == $lead, 'a lead is read');
try {
    $leadtap->lead('y');
    hold(false, 'a failure is thrown');
} catch (LeadtapException $failure) {
    hold($failure->grpcStatus() === 5, 'the failure has its status');
}

echo 'PHP ', PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, ": {$classes} classes load, and a call works.\n";
