<?php
// Serves WordPress under `php -S`: files as they are, everything else through index.php.

declare(strict_types=1);

$root = (string) $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode((string) parse_url((string) $_SERVER['REQUEST_URI'], PHP_URL_PATH));
$file = realpath($root . $path);
if ($file !== false && $path !== '/' && strpos($file, (string) realpath($root)) === 0) {
    if (is_dir($file) && substr($path, -1) !== '/') {
        header("Location: {$path}/", true, 301);
        return true;
    }
    return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $root . '/index.php';
chdir($root);
require $root . '/index.php';
return true;
