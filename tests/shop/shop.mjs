// Every scenario of the WooCommerce plugin, in one shop. tests/shop/run runs it.
import { after, before } from 'node:test';
import { readdir } from 'node:fs/promises';
import { close, open } from './lib/scene.mjs';

// MariaDB, WordPress and WooCommerce are installed in this time.
const OPEN_MS = 300_000;

before(open, { timeout: OPEN_MS });
after(close, { timeout: OPEN_MS });

const scenarios = new URL('./scenarios/', import.meta.url);
for (const name of (await readdir(scenarios)).sort()) await import(new URL(name, scenarios).href);
