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
// The second site of a network has the first one's files.
if (preg_match('#^/second(/(?:wp-content|wp-includes)/.+\\.(css|js|svg|png|woff2))$#D', $path, $parts) === 1 && is_file($root . $parts[1])) {
    header('Content-Type: ' . ['css' => 'text/css', 'js' => 'text/javascript', 'svg' => 'image/svg+xml', 'png' => 'image/png', 'woff2' => 'font/woff2'][$parts[2]]);
    readfile($root . $parts[1]);
    return true;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $root . '/index.php';
chdir($root);
require $root . '/index.php';
return true;
