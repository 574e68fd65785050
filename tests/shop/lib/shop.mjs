// A whole shop: MariaDB, WordPress, WooCommerce or its stand-in, leadtap's
// plugin, the daemon behind a proxy, and the sandbox Instagram.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './process.mjs';
import { startDaemon } from './daemon.mjs';
import { startDatabase } from './database.mjs';
import { startProxy } from './proxy.mjs';
import { startSandbox } from './sandbox.mjs';
import { startWordPress } from './wordpress.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = path.join(HERE, '../..');
export const PLUGIN = path.join(ROOT, 'target/woocommerce-plugin/leadtap');

/** What this run is made of, from the environment. */
export function ingredients() {
  const wordpress = process.env.SHOP_WORDPRESS ?? path.join(ROOT, 'target/shop/wordpress/debian');
  const woocommerce = process.env.WC_DIR ?? path.join(HERE, 'stand-in/woocommerce');
  const binary = process.env.LEADTAP_BIN ?? path.join(ROOT, 'target/release/leadtap');
  for (const needed of [path.join(wordpress, 'wp-load.php'), path.join(woocommerce, 'woocommerce.php'), binary, path.join(PLUGIN, 'leadtap.php')]) {
    if (!existsSync(needed)) throw new Error(`${needed} is not there: tests/shop/run puts everything in its place`);
  }
  return { wordpress, woocommerce, binary, real: Boolean(process.env.WC_DIR), themes: process.env.THEME_DIRS?.split(':') ?? [] };
}

const version = async (file, pattern) => (await readFile(file, 'utf8')).match(pattern)[1];

/** Starts everything; ends with a shop in which the button works. */
export async function startShop() {
  const parts = ingredients();
  const folder = await mkdtemp(path.join(tmpdir(), 'shop-'));
  const running = [];
  const keep = (part) => { running.unshift(part); return part; };
  const stop = async () => {
    for (const part of running) await part.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [database, sandbox] = await Promise.all([startDatabase(folder).then(keep), startSandbox(parts.binary).then(keep)]);
    const wordpress = keep(await startWordPress({
      folder, database, source: parts.wordpress,
      plugins: { woocommerce: parts.woocommerce, leadtap: PLUGIN },
      themes: Object.fromEntries(parts.themes.map((theme) => [path.basename(theme), theme])),
    }));
    await wordpress.call("return activate_plugin('woocommerce/woocommerce.php');");
    const facts = await wordpress.script('furnish.php');
    await wordpress.call("return activate_plugin('leadtap/leadtap.php');");
    const urls = await wordpress.script('urls.php');
    const daemon = keep(await startDaemon(parts.binary, {
      folder, sandbox: sandbox.address, redirectUris: [urls.callback, urls.callback.replace('/leadtap/', '/second/leadtap/')], deletionStatusUrl: urls.deletionStatus,
    }));
    const closeCircuit = () => wordpress.call("return delete_transient('leadtap_circuit');");
    const proxy = keep(await startProxy(path.join(folder, 'leadtap.sock'), daemon.socket, closeCircuit));
    const versions = {
      wordpress: await version(path.join(parts.wordpress, 'wp-includes/version.php'), /\$wp_version = '([^']+)'/),
      woocommerce: await version(path.join(parts.woocommerce, 'woocommerce.php'), /Version: (\S+)/),
    };
    const shop = { ...wordpress, facts, urls, database, sandbox, daemon, proxy, closeCircuit, folder, versions, real: parts.real, stop };
    shop.lead = async ({ user_id: id }) => JSON.parse(await run(
      parts.binary, ['lead', 'show', '--instagram-user-id', id, '--socket', daemon.socket, '--output', 'json'],
    ));
    shop.restoreSettings = () => configure(shop);
    await configure(shop);
    return shop;
  } catch (error) {
    await stop();
    throw error;
  }
}

const settings = (shop) => ({
  enabled: true,
  address: `unix://${shop.proxy.path}`,
  placements: ['account_login', 'account_registration', 'classic_checkout', 'block_checkout', 'wp_login'],
  consent_text: 'The shop may write to me about its tea.',
  consent_version: '2026-11',
});

/** Sets the plugin's settings: those of the tests, with these changes. */
export const configure = (shop, changes = {}) =>
  shop.call(`return update_option('leadtap_settings', json_decode(${phpString(JSON.stringify({ ...settings(shop), ...changes }))}, true));`);

/** A text as a PHP literal. */
export const phpString = (text) => `'${String(text).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
