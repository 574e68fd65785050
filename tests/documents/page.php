<?php
// The page around a piece of PHP in the documents: a shopper has just come
// back from Instagram, and has logged in once before.

require getenv('REPOSITORY') . '/php-client/autoload.php';

// A piece writes the whole name, or the short one as below a `use`.
class_alias(Leadtap\Client\Leadtap::class, 'Leadtap');
class_alias(Leadtap\Client\BrowserBinding::class, 'BrowserBinding');
class_alias(Leadtap\Client\V1\GetLeadRequest::class, 'GetLeadRequest');

// A login in the piece must have come to an end.
register_shutdown_function(static function () use (&$outcome): void {
    if ($outcome !== null && !$outcome->hasAuthorized()) {
        fwrite(STDERR, "the login leads to no lead\n");
        exit(1);
    }
});

/** The shopper, who allows: what a browser does on the sandbox's page. */
function visit(string $url): string
{
    parse_str((string) parse_url($url, PHP_URL_QUERY), $form);
    $form += ['account' => 'mira_makes', 'decision' => 'allow'];
    $window = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => 'Content-Type: application/x-www-form-urlencoded',
        'content' => http_build_query($form),
        'follow_location' => 0,
    ]]);
    file_get_contents(strtok($url, '?') . '/decision', false, $window);
    foreach ($http_response_header as $header) {
        if (stripos($header, 'Location: ') === 0) {
            return substr($header, 10);
        }
    }
    throw new RuntimeException('the sandbox did not send the shopper back');
}

$leadtap = Leadtap::connect();
$binding = BrowserBinding::generate();
$callback = visit($leadtap->start($binding)->getAuthorizationUrl());
$lead = $leadtap->complete($callback, $binding->toCookie())->getAuthorized()->getLead();
$leadId = $lead->getLeadId();
$id = $lead->getInstagram()->getUserId();
$token = str_repeat('0', 64);

$binding = BrowserBinding::generate();
$query = (string) parse_url(visit($leadtap->start($binding)->getAuthorizationUrl()), PHP_URL_QUERY);
$cookie = $binding->toCookie();
$_SERVER['QUERY_STRING'] = $query;
$_COOKIE['login'] = $cookie;

