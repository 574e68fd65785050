// What every scenario stands on: the one shop of this run, and visitors to it.
import assert from 'node:assert/strict';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { startBrowser, visitor } from '../../e2e/browser.mjs';
import { press } from './instagram.mjs';
import { startShop } from './shop.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

// A scenario that hangs fails after this long, and the next one begins.
const SCENARIO_MS = 90_000;

// How long the browser may take for one step.
const STEP_MS = 8_000;

/** The running shop. */
export let shop;
let chromium;
let screenshots;
// Everything secret that a browser of this run has seen; no disk may hold it.
export const seenSecrets = new Set();

export async function open() {
  [shop, chromium] = await Promise.all([startShop(), startBrowser()]);
  const { wordpress, woocommerce } = shop.versions;
  const what = shop.real ? `WooCommerce ${woocommerce}` : 'the stand-in for WooCommerce (set WC_DIR for the real one)';
  console.log(`# WordPress ${wordpress} with ${what}`);
  screenshots = path.join(ROOT, 'target/shop/screenshots', `wordpress-${wordpress}-${shop.real ? `woocommerce-${woocommerce}` : 'stand-in'}`);
  await mkdir(screenshots, { recursive: true });
  // A run of some scenarios leaves the others' pictures.
  const isOver = (name) => !process.env.SHOP_PATTERN || name.startsWith('failed-');
  for (const name of await readdir(screenshots)) if (isOver(name)) await rm(path.join(screenshots, name));
}

export async function close() {
  await chromium?.close();
  await shop?.stop();
}

const fileName = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 100);

/** Keeps a picture of the page, for people to look at. */
export const shot = (page, name) => page.screenshot({ path: path.join(screenshots, `${fileName(name)}.png`), fullPage: true });

// The visitors of the scenario that runs.
let present = [];

/**
 * One behaviour, named by a sentence. It fails too where PHP complained of the
 * plugin meanwhile; then the pages that were open are in the screenshots.
 */
export function scenario(name, steps, options = {}) {
  return test(name, { timeout: SCENARIO_MS, ...options }, async (t) => {
    await shop.forgetComplaints();
    // One that takes too long goes on while the next runs: without its pages it comes to an end.
    const own = [];
    present = own;
    const leave = () => Promise.all(own.splice(0).map(({ close: end }) => end()));
    t.signal.addEventListener('abort', leave);
    try {
      await steps(t);
      const complaints = (await shop.complaints()).filter((line) => /plugins\/leadtap\//.test(line));
      assert.deepEqual(complaints, [], 'PHP complained of the plugin');
    } catch (error) {
      for (const [index, { page }] of own.entries()) {
        if (page.isClosed()) continue;
        await shot(page, `failed ${name} ${index + 1}`).catch(() => {});
        t.diagnostic(`a page was at ${page.url()}`);
      }
      for (const line of await shop.complaints()) t.diagnostic(line);
      // What it left behind is not the next one's fault.
      await shop.closeCircuit();
      throw error;
    } finally {
      await leave();
    }
  });
}

/** A scenario that the stand-in cannot show. */
export const scenarioOfWooCommerce = (name, steps) =>
  scenario(name, steps, { skip: process.env.WC_DIR ? false : 'needs WooCommerce in WC_DIR' });

/** A login's state and code; the code of a deletion is none. */
const remember = (url) => {
  if (!url.startsWith(shop.urls.callback) && !url.startsWith(shop.sandbox.address)) return;
  const { searchParams } = new URL(url);
  for (const name of ['state', 'code']) {
    const value = searchParams.get(name);
    if (value && value.length > 20) seenSecrets.add(value);
  }
};

/** A person with a browser of their own; `page.shop` paths are relative to the shop. */
export async function arrive(options = {}) {
  const guest = await visitor(chromium.browser, { baseURL: shop.url, ...options });
  present.push(guest);
  const context = guest.page.context();
  context.setDefaultTimeout(STEP_MS);
  await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());
  context.on('request', (request) => { if (request.isNavigationRequest()) remember(request.url()); });
  context.on('response', async (response) => {
    const cookies = (await response.headersArray().catch(() => [])).filter(({ name }) => name.toLowerCase() === 'set-cookie');
    for (const { value } of cookies) {
      const found = value.match(/^leadtap_[0-9a-f]{16}=([\w-]{43})/);
      if (found) seenSecrets.add(found[1]);
    }
  });
  return guest.page;
}

/** A person who is logged in as the shop's administrator. */
export async function arriveAsAdmin(options = {}) {
  const page = await arrive({ storageState: await adminState(), ...options });
  return page;
}

let adminCookies;
async function adminState() {
  if (!adminCookies) {
    const page = await arrive();
    await logInByPassword(page, '/wp-login.php', shop.admin);
    await page.waitForURL('**/wp-admin/**');
    adminCookies = await page.context().storageState();
  }
  return adminCookies;
}

export async function logInByPassword(page, where, { username, password }) {
  await page.goto(where);
  await page.locator('#user_login, #username').first().fill(username);
  await page.locator('#user_pass, #password').first().fill(password);
  await press(page, page.locator('#wp-submit, button[name=login]').first());
}
