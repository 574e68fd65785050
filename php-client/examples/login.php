<?php

// A shop page with "Continue with Instagram", for PHP's own web server:
//
//     leadtap sandbox                                      a fake Instagram
//     leadtap serve --config leadtap.toml                  with http://127.0.0.1:8080/callback as redirect URI
//     php -S 127.0.0.1:8080 php-client/examples/login.php
//
// LEADTAP_ADDRESS and LEADTAP_TOKEN name the daemon, where it is not at
// unix:///run/leadtap/leadtap.sock.

declare(strict_types=1);

use Leadtap\Client\BrowserBinding;
use Leadtap\Client\Leadtap;
use Leadtap\Client\LeadtapException;
use Leadtap\Client\V1\AccountType;
use Leadtap\Client\V1\Lead;

require __DIR__ . '/../autoload.php';

const COOKIE = 'leadtap_binding';

// How long the cookie lives, in seconds: as long as a login may take, and a
// little for clocks that differ.
const COOKIE_SECONDS = 900;

function leadtap(): Leadtap
{
    $token = getenv('LEADTAP_TOKEN');

    return Leadtap::connect(
        getenv('LEADTAP_ADDRESS') ?: Leadtap::DEFAULT_ADDRESS,
        $token === false || $token === '' ? [] : ['token' => $token]
    );
}

function escape(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

/** Everything that is not markup was escaped before. */
function page(string $title, string $html, int $status = 200): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    header("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action *");
    header('Referrer-Policy: no-referrer');
    $title = escape($title);
    echo <<<HTML
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>{$title}</title>
        <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}
        button{font:inherit;padding:.6rem 1.2rem}dt{font-weight:600}</style>
        <h1>{$title}</h1>
        {$html}
        </html>
        HTML;
}

function button(string $text): string
{
    return '<form method="post" action="/login"><button>' . escape($text) . '</button></form>';
}

/** Sends the shopper to Instagram. */
function login(): void
{
    $binding = BrowserBinding::keepOrGenerate($_COOKIE[COOKIE] ?? null);
    $start = leadtap()->start($binding, ['return_to' => '/']);
    // Secure is off for http://127.0.0.1 alone. A shop has it on.
    setcookie(COOKIE, $binding->toCookie(), BrowserBinding::cookieOptions(time() + COOKIE_SECONDS, false));
    header('Location: ' . $start->getAuthorizationUrl(), true, 303);
}

/** Where Instagram sends the shopper back to. */
function callback(): void
{
    $cookie = $_COOKIE[COOKIE] ?? null;
    $outcome = leadtap()->complete($_SERVER['QUERY_STRING'] ?? '', is_string($cookie) ? $cookie : null);
    $declined = $outcome->getDeclined();
    if ($declined !== null) {
        page('No login, and that is fine', '<p>Instagram says: ' . escape($declined->getDescription() ?: $declined->getError()) . '</p>' . button('Try again'));

        return;
    }
    $authorized = $outcome->getAuthorized();
    $lead = $authorized !== null ? $authorized->getLead() : null;
    if ($lead !== null) {
        // A shop logs in here the account that belongs to these ids, and no other.
        page($authorized->getNewLead() ? 'Nice to meet you' : 'Welcome back', describe($lead));
    }
}

function describe(Lead $lead): string
{
    $profile = $lead->getInstagram();
    if ($profile === null) {
        return '';
    }
    $facts = [
        'Handle' => '@' . $profile->getUsername(),
        'Name' => $profile->getName(),
        'Account' => AccountType::name($profile->getAccountType()),
        'Followers' => $profile->hasFollowersCount() ? (string) $profile->getFollowersCount() : 'not said',
        'Lead' => $lead->getLeadId(),
        'Logins' => (string) $lead->getLoginCount(),
    ];
    $html = '';
    foreach ($facts as $name => $value) {
        $html .= '<dt>' . escape($name) . '</dt><dd>' . escape($value) . '</dd>';
    }

    return "<dl>{$html}</dl>";
}

function failed(LeadtapException $failure): void
{
    error_log('leadtap: ' . $failure->getMessage());
    if ($failure->shouldStartAgain()) {
        page('That login is over', '<p>It took too long, or came back in another browser.</p>' . button('Start again'), 400);
    } elseif ($failure->isRetryable()) {
        page('One moment, please', '<p>Instagram login is not available right now. Please try again shortly.</p>' . button('Try again'), 503);
    } else {
        page('Something is wrong on our side', '<p>Please log in the usual way. Reference: ' . escape($failure->requestId() ?: 'none') . '</p>', 500);
    }
}

// No cache may hand one shopper's redirect to another.
header('Cache-Control: no-store');
$route = ($_SERVER['REQUEST_METHOD'] ?? 'GET') . ' ' . parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH);
try {
    switch ($route) {
        case 'GET /':
            page('A little shop', button('Continue with Instagram'));
            break;
        case 'POST /login':
            login();
            break;
        case 'GET /callback':
            callback();
            break;
        default:
            page('No such page', '<p><a href="/">To the shop</a></p>', 404);
    }
} catch (LeadtapException $failure) {
    failed($failure);
}
