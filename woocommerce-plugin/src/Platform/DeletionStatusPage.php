<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Platform;

/** A document of its own, which no theme and no other plugin can break. It loads nothing. */
final class DeletionStatusPage
{
    private function __construct()
    {
    }

    /**
     * @param string $sentence what became of it; empty: nobody asked yet
     * @param bool   $isFound  whether it tells of a deletion
     */
    public static function html(string $sentence, bool $isFound, string $code, string $action): string
    {
        $language = get_language_attributes();
        $title = esc_html__('Deletion of your Instagram data', 'leadtap');
        $shop = esc_html((string) get_bloginfo('name'));
        $home = esc_url(home_url('/'));
        $result = $sentence === '' ? '' : '<p class="result' . ($isFound ? ' found' : '') . '" role="status">' . esc_html($sentence) . '</p>';
        $account = !$isFound ? '' : '<p>' . esc_html__('An account that you have at our shop, and its orders, did not come from Instagram. Ask us if you want them deleted, too.', 'leadtap') . '</p>';
        $label = esc_html__('Confirmation code', 'leadtap');
        $look = esc_html__('Look it up', 'leadtap');
        $action = self::form($action);
        $code = esc_attr($code);

        return <<<HTML
<!DOCTYPE html>
<html {$language}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{$title}</title>
<style>
body { margin: 0; padding: 10vh 1.5rem; font: 1.0625rem/1.6 system-ui, sans-serif; color: #1e1e1e; background: #fff; }
main { max-width: 34rem; margin: auto; }
h1 { font-size: 1.5rem; line-height: 1.3; }
.result { padding: 1rem; border-inline-start: 4px solid #8a5700; background: #fcf6ec; }
.found { border-color: #00642e; background: #f0f6f1; }
label { display: block; font-weight: 600; }
input, button { box-sizing: border-box; max-width: 100%; padding: .6rem; font: inherit; }
input { width: 100%; margin-block: .25rem .75rem; font-family: ui-monospace, monospace; border: 1px solid #767676; }
button { color: #fff; background: #1e1e1e; border: 0; cursor: pointer; }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 3px solid #2271b1; outline-offset: 2px; }
a { color: #135e96; }
</style>
</head>
<body>
<main>
<h1>{$title}</h1>
{$result}
{$account}
<form method="get" {$action}
<label for="code">{$label}</label>
<input id="code" name="code" value="{$code}" dir="ltr" autocomplete="off" spellcheck="false" required maxlength="40">
<button type="submit">{$look}</button>
</form>
<p><a href="{$home}">{$shop}</a></p>
</main>
</body>
</html>
HTML;
    }

    /** A form drops the query of its address, so that goes into fields. */
    private static function form(string $action): string
    {
        [$base, $query] = explode('?', $action, 2) + ['', ''];
        parse_str($query, $fields);
        $hidden = '';
        foreach ($fields as $name => $value) {
            $hidden .= sprintf("\n<input type=\"hidden\" name=\"%s\" value=\"%s\">", esc_attr((string) $name), esc_attr(is_string($value) ? $value : ''));
        }

        return 'action="' . esc_url($base) . '">' . $hidden;
    }
}
