// Every scenario of the WooCommerce plugin, in one shop. tests/shop/run runs it.
import { after, before, test } from 'node:test';
import { readdir } from 'node:fs/promises';
import { close, open } from './lib/scene.mjs';

// MariaDB, WordPress and WooCommerce are installed in this time.
const OPEN_MS = 300_000;

before(open, { timeout: OPEN_MS });
after(close, { timeout: OPEN_MS });

// In two shops these would only say twice what the plugin itself says and shows.
const ONCE = ['35-messages.mjs', '70-repeats.mjs', '87-looks.mjs', '90-leads.mjs'];
const isLeftOut = (name) => process.env.SHOP_IS_SECOND === '1' && ONCE.includes(name);

const scenarios = new URL('./scenarios/', import.meta.url);
for (const name of (await readdir(scenarios)).sort()) {
  if (isLeftOut(name)) test(name, { skip: 'tried in the newer WordPress, in the same run' });
  else await import(new URL(name, scenarios).href);
}
