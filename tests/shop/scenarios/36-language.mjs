// A shop in another language, by a translation as translators make it.
import assert from 'node:assert/strict';
import { allow, back, press } from '../lib/instagram.mjs';
import { form } from '../lib/account.mjs';
import { arrive, scenario, shop, shot } from '../lib/scene.mjs';
import { phpString } from '../lib/shop.mjs';

const GERMAN = {
  'Continue with Instagram': 'Weiter mit Instagram',
  'That took too long, so the login with Instagram has expired. Please begin again.': 'Das hat zu lange gedauert. Bitte beginnen Sie von vorn.',
  'One last step': 'Noch ein Schritt',
  'Create my account': 'Mein Konto anlegen',
};

/** Puts what msgfmt would make of a translation where WordPress looks for it. */
const translate = () => shop.call(`
  require_once ABSPATH . WPINC . '/pomo/mo.php';
  $words = new MO();
  foreach (json_decode(${phpString(JSON.stringify(GERMAN))}, true) as $english => $german) {
    $words->add_entry(['singular' => $english, 'translations' => [$german]]);
  }
  wp_mkdir_p(WP_LANG_DIR);
  // A language is one that WordPress itself has.
  (new MO())->export_to_file(WP_LANG_DIR . '/de_DE.mo');
  return $words->export_to_file(WP_PLUGIN_DIR . '/leadtap/languages/leadtap-de_DE.mo');`);

scenario('with a translation the button, the message and the last step are in the language of the shop', async () => {
  const account = await shop.sandbox.account();
  await translate();
  assert.ok(await shop.call("return update_option('WPLANG', 'de_DE');"), 'the shop did not take the language');
  try {
    const page = await arrive();
    await page.goto('/my-account/?leadtap_outcome=expired');
    await page.getByText(/Das hat zu lange gedauert/).first().waitFor();
    await page.getByRole('link', { name: 'Weiter mit Instagram' }).first().waitFor();
    await shot(page, 'in German');
    await press(page, page.getByRole('link', { name: 'Weiter mit Instagram' }).first());
    await allow(page, account);
    await back(page);
    await form(page).getByRole('button', { name: 'Mein Konto anlegen' }).waitFor();
    await page.getByText('Noch ein Schritt').first().waitFor();
    await shot(page, 'in German the last step');
  } finally {
    await shop.call("return update_option('WPLANG', '');");
  }
});
