<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Login;

/** "One moment": a page that asks again by itself, without JavaScript. It loads nothing. */
final class WaitingPage
{
    /** Between two tries, on top of what each takes. */
    private const SECONDS = 1;

    private function __construct()
    {
    }

    public static function html(string $again, string $plainForm): string
    {
        $title = esc_html__('One moment', 'leadtap');
        $sentence = esc_html__('Instagram takes a moment to answer. This page goes on by itself.', 'leadtap');
        $go = esc_html__('Go on now', 'leadtap');
        $else = esc_html__('Log in another way', 'leadtap');
        $language = get_language_attributes();
        $refresh = esc_attr(self::SECONDS . ';url=' . esc_url_raw($again));
        $again = esc_url($again);
        $plainForm = esc_url($plainForm);

        return <<<HTML
<!DOCTYPE html>
<html {$language}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="{$refresh}">
<title>{$title}</title>
<style>
body { margin: 0; padding: 15vh 1.5rem; font: 1.0625rem/1.6 system-ui, sans-serif; text-align: center; color: #1e1e1e; background: #fff; }
main { max-width: 28rem; margin: auto; }
a { color: inherit; }
</style>
</head>
<body>
<main role="status">
<h1>{$title}</h1>
<p>{$sentence}</p>
<p><a href="{$again}">{$go}</a></p>
<p><a href="{$plainForm}">{$else}</a></p>
</main>
</body>
</html>
HTML;
    }
}
