// What a shopper does with the button and in Instagram's window.
import assert from 'node:assert/strict';
import { seenSecrets, shop } from './scene.mjs';

export const BUTTON = 'Continue with Instagram';

/** The button in a place of the page; the first there is. */
export const button = (within) => within.getByRole('link', { name: BUTTON }).filter({ visible: true }).first();

/** Presses what leads to another page, and waits for that page. */
export const press = async (page, what) => {
  await Promise.all([page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame()), what.click()]);
  await page.waitForLoadState();
};

/** From a page with the button to Instagram's window. */
export async function tap(page) {
  await button(page).click();
  await page.waitForURL(`${shop.sandbox.address}/**`);
}

/** Allows in Instagram's window, as one of its accounts. */
export async function allow(page, account) {
  await page.getByRole('radio', { name: account.username, exact: false }).check();
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
}

export const cancel = (page) => page.getByRole('button', { name: 'Cancel', exact: true }).click();

// Instagram may be slow on a busy machine; the waiting page asks for so long.
const BACK_MS = 20_000;

/** The page that waits for Instagram is not where a login ends. */
const isUnderWay = ({ pathname, searchParams }) => pathname.endsWith('/leadtap/callback/') || searchParams.get('leadtap') === 'callback';

/** Waits for where Instagram's window leads: to a page of the shop that tells this outcome, or none. */
export async function back(page, outcome = null) {
  await page.waitForURL((url) => url.origin === shop.url && !isUnderWay(url), { timeout: BACK_MS });
  assert.equal(new URL(page.url()).searchParams.get('leadtap_outcome'), outcome, `it ended at ${page.url()}`);
}

/** The whole way: the button of a page, then Allow. */
export async function continueAs(page, account, { from = '/my-account/', outcome = null } = {}) {
  await page.goto(from);
  await tap(page);
  await allow(page, account);
  await back(page, outcome);
}

/** Allows, and gives the address that Instagram sends the shopper to instead of going there. */
export const callbackOf = (page, account) => allowed(page.url(), account);

/** A login that comes as far as the finish step, without a browser. */
export async function comeByHand(account) {
  const start = await fetch(`${shop.url}/?leadtap=start`, { redirect: 'manual', headers: { Cookie: 'any=cookie' } });
  let Cookie = cookiesOf(start);
  let next = await allowed(start.headers.get('location'), account);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const answer = await fetch(next, { redirect: 'manual', headers: { Cookie } });
    const location = answer.headers.get('location');
    if (location !== null) return assert.match(location, /leadtap=finish/);
    // Instagram is slow: the page says when to ask again, and where.
    const [, seconds, again] = (await answer.text()).match(/http-equiv="refresh" content="(\d+);url=([^"]+)"/);
    Cookie = cookiesOf(answer) || Cookie;
    next = again.replaceAll('&#038;', '&').replaceAll('&amp;', '&');
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
  return assert.fail('Instagram did not answer in time');
}

const MOST_TRIES = 6;
const cookiesOf = (answer) => answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');

/** Allows by sending the window's form: the address that it redirects to. */
async function allowed(authorizationUrl, account) {
  const form = new URLSearchParams(new URL(authorizationUrl).search);
  form.set('account', account.username);
  form.set('decision', 'allow');
  const answer = await fetch(`${shop.sandbox.address}/www/oauth/authorize/decision`, { method: 'POST', body: form, redirect: 'manual' });
  const callback = answer.headers.get('location') ?? '';
  assert.ok(callback.startsWith(shop.urls.callback), `Instagram sends the shopper to ${callback}`);
  seenSecrets.add(new URL(callback).searchParams.get('code'));
  return callback.replace(/#_$/, '');
}

/** Puts the product into the cart. */
export const fillCart = (page) => page.goto(`/?add-to-cart=${shop.facts.product}`);

/** How many products the cart holds. */
export async function cartCount(page) {
  const answer = await page.request.get('/?leadtap-test=cart');
  return Number(await answer.text());
}

/** Who the browser is logged in as: a user's e-mail address, or nothing. */
export async function whoIs(page) {
  const answer = await page.request.get('/?leadtap-test=who');
  return answer.text();
}

export const assertLoggedIn = async (page, email) => assert.equal(await whoIs(page), email);
export const assertLoggedOut = async (page) => assert.equal(await whoIs(page), '', 'somebody is logged in');
