// What a shopper does with the button and in Instagram's window.
import assert from 'node:assert/strict';
import { seenSecrets, shop } from './scene.mjs';

export const BUTTON = 'Continue with Instagram';

/** The button in a place of the page; the first there is. */
export const button = (within) => within.getByRole('link', { name: BUTTON }).filter({ visible: true }).first();

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

/** The whole way: the button of a page, then Allow. */
export async function continueAs(page, account, from = '/my-account/') {
  await page.goto(from);
  await tap(page);
  await allow(page, account);
  await page.waitForURL(`${shop.url}/**`);
}

/** Allows, and gives the address that Instagram sends the shopper to instead of going there. */
export const callbackOf = (page, account) => allowed(page.url(), account);

/** A login that comes as far as the finish step, without a browser. */
export async function comeByHand(account) {
  const start = await fetch(`${shop.url}/?leadtap=start`, { redirect: 'manual', headers: { Cookie: 'any=cookie' } });
  const Cookie = start.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
  const answer = await fetch(await allowed(start.headers.get('location'), account), { redirect: 'manual', headers: { Cookie } });
  assert.match(answer.headers.get('location'), /leadtap=finish/);
}

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
