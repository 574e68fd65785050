// Impatient and forgetful shoppers: all end logged in once.
import assert from 'node:assert/strict';
import { arrive, scenario, shop } from '../lib/scene.mjs';
import { allow, assertLoggedIn, assertLoggedOut, back, button, callbackOf, continueAs, tap } from '../lib/instagram.mjs';
import { logOut, register } from '../lib/account.mjs';

/** A customer who is logged out again; the daemon's count of their logins is 1. */
async function knownShopper() {
  const page = await arrive();
  const person = await register(page);
  await logOut(page);
  await page.goto('/my-account/');
  return { page, ...person };
}

/** The page shows what a customer who is logged in sees, and no message. */
async function assertWelcome(page) {
  await page.locator('a[href*=logout]').first().waitFor({ state: 'attached' });
  assert.equal(new URL(page.url()).pathname, '/my-account/');
  assert.doesNotMatch(page.url(), /leadtap/);
}

const assertLogins = async (account, count) => assert.equal(Number((await shop.lead(account)).login_count), count);

scenario('two tabs at once: both end logged in', async () => {
  const { page, account, email } = await knownShopper();
  const second = await page.context().newPage();
  await second.goto('/my-account/');
  await tap(page);
  await tap(second);
  await allow(page, account);
  await back(page);
  await assertLoggedIn(page, email);
  await allow(second, account);
  await back(second);
  await assertLoggedIn(second, email);
  for (const tab of [page, second]) await assertWelcome(tab);
});

scenario('two tabs, the second finished first: both end logged in', async () => {
  const { page, account, email } = await knownShopper();
  const second = await page.context().newPage();
  await second.goto('/my-account/');
  await tap(page);
  await tap(second);
  await allow(second, account);
  await back(second);
  await allow(page, account);
  await back(page);
  await assertLoggedIn(page, email);
  for (const tab of [page, second]) await assertWelcome(tab);
});

scenario('a reload of the callback logs in once', async () => {
  const { page, account, email } = await knownShopper();
  await tap(page);
  const callback = await callbackOf(page, account);
  for (let time = 0; time < 3; time += 1) await page.goto(callback);
  await assertLoggedIn(page, email);
  await assertLogins(account, 2);
});

scenario('the same callback twice at the same time logs in once', async () => {
  const { page, account, email } = await knownShopper();
  await tap(page);
  const callback = await callbackOf(page, account);
  const second = await page.context().newPage();
  await Promise.all([page.goto(callback), second.goto(callback)]);
  await assertLoggedIn(page, email);
  await assertLogins(account, 2);
});

scenario('a double click on the button begins one login that works', async () => {
  const { page, account, email } = await knownShopper();
  await button(page).dblclick();
  await page.waitForURL(`${shop.sandbox.address}/**`);
  await allow(page, account);
  await back(page);
  await assertLoggedIn(page, email);
  await assertLogins(account, 2);
});

scenario('a double click on Allow logs in once', async () => {
  const { page, account, email } = await knownShopper();
  await tap(page);
  await page.getByRole('radio', { name: account.username }).check();
  await page.getByRole('button', { name: 'Allow', exact: true }).dblclick().catch(() => {});
  await back(page);
  await assertLoggedIn(page, email);
  await assertLogins(account, 2);
});

scenario('the Back button after a login leads to no trouble', async () => {
  const { page, account, email } = await knownShopper();
  await continueAs(page, account);
  await assertWelcome(page);
  // The window of Instagram again, which leads back into the account.
  await page.goBack();
  assert.ok(page.url().startsWith(shop.sandbox.address), page.url());
  await allow(page, account);
  await back(page);
  await assertWelcome(page);
  // The page with the button, which is none any more.
  await page.goBack();
  await page.goBack();
  await assertWelcome(page);
  await assertLoggedIn(page, email);
  await assertLogins(account, 2);
});

scenario('Back from Instagram and the button again: the second try works', async () => {
  const { page, account, email } = await knownShopper();
  await tap(page);
  await page.goBack();
  await tap(page);
  await allow(page, account);
  await back(page);
  await assertLoggedIn(page, email);
});

scenario('after a logout the old callback logs nobody in again', async () => {
  const { page, account } = await knownShopper();
  await tap(page);
  const callback = await callbackOf(page, account);
  await page.goto(callback);
  await logOut(page);
  await page.goto(callback);
  await page.getByText(/began in another browser/).first().waitFor();
  await assertLoggedOut(page);
});
