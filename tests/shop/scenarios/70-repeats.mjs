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
  assert.doesNotMatch(second.url(), /leadtap_outcome/);
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
});

scenario('the Back button after a login leads to no trouble', async () => {
  const { page, account, email } = await knownShopper();
  await continueAs(page, account);
  await page.goBack().catch(() => {});
  await page.goBack().catch(() => {});
  await page.goto('/my-account/');
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
  await assertLoggedOut(page);
});
