// A shopper whom the shop knows.
import assert from 'node:assert/strict';
import { arrive, logInByPassword, scenario, scenarioOfWooCommerce, shop } from '../lib/scene.mjs';
import { allow, assertLoggedIn, assertLoggedOut, button, cartCount, continueAs, fillCart, tap } from '../lib/instagram.mjs';
import { logOut, oldUser, register } from '../lib/account.mjs';
import { configure } from '../lib/shop.mjs';
import { withPage } from '../lib/pages.mjs';

scenario('a known shopper is logged in, back at the page they came from', () => withPage('[leadtap_button]', async (path) => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await assertLoggedOut(page);
  await continueAs(page, account, { from: path });
  await assertLoggedIn(page, email);
  assert.equal(new URL(page.url()).pathname, path);
}));

scenario('a login makes two calls to the daemon', async () => {
  const page = await arrive();
  const { account } = await register(page);
  let calls = [];
  // On a machine that is too slow the page that waits asks once more.
  for (let attempt = 0; attempt < 3 && calls.length !== 2; attempt += 1) {
    await logOut(page);
    shop.proxy.forget();
    await continueAs(page, account);
    // What the registration said of the lead may still be on its way.
    calls = shop.proxy.calls.filter((call) => call.startsWith('LoginService/'));
  }
  assert.deepEqual(calls, ['LoginService/StartAuthorization', 'LoginService/CompleteAuthorization']);
});

scenario('a login at the classic checkout comes back to the checkout, with the cart', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await fillCart(page);
  await continueAs(page, account, { from: '/classic-checkout/' });
  await assertLoggedIn(page, email);
  assert.equal(new URL(page.url()).pathname, '/classic-checkout/');
  assert.equal(await cartCount(page), 1);
});

scenarioOfWooCommerce('a login at the block checkout comes back to the checkout, with the cart', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await fillCart(page);
  await page.goto('/checkout/');
  await button(page).waitFor();
  await tap(page);
  await allow(page, account);
  await page.waitForURL((url) => url.pathname === '/checkout/');
  await assertLoggedIn(page, email);
  assert.equal(await cartCount(page), 1);
});

scenario('a login on another device brings back the cart that the account has', async () => {
  const page = await arrive();
  const { account } = await register(page);
  await fillCart(page);
  const elsewhere = await arrive();
  await continueAs(elsewhere, account);
  assert.equal(await cartCount(elsewhere), 1);
});

scenario("the guest's cart is merged with the one of the account", async () => {
  const other = await shop.call(`
    if (class_exists('WC_Product_Simple')) { $product = new WC_Product_Simple(); $product->set_name('Teapot'); $product->set_regular_price('60'); return $product->save(); }
    return wp_insert_post(['post_type' => 'product', 'post_status' => 'publish', 'post_title' => 'Teapot']);`);
  const page = await arrive();
  const { account } = await register(page);
  await fillCart(page);
  await logOut(page);
  const guest = await arrive();
  await guest.goto(`/?add-to-cart=${other}`);
  await continueAs(guest, account);
  const merged = await cartCount(guest);
  assert.equal(merged, 2);
  // As with the login by password of somebody who did the same.
  const user = await oldUser();
  const own = await arrive();
  await logInByPassword(own, '/my-account/', user);
  await fillCart(own);
  await logOut(own);
  const byPassword = await arrive();
  await byPassword.goto(`/?add-to-cart=${other}`);
  await logInByPassword(byPassword, '/my-account/', user);
  assert.equal(await cartCount(byPassword), merged);
});

scenario("the checkout's own link to the login is honoured: redirect_to leads back there", async () => {
  const page = await arrive();
  const { account } = await register(page);
  await logOut(page);
  await fillCart(page);
  await continueAs(page, account, { from: `/my-account/?redirect_to=${encodeURIComponent(`${shop.url}/classic-checkout/`)}` });
  assert.equal(new URL(page.url()).pathname, '/classic-checkout/');
});

scenario('a page that the settings name is where everybody goes on', async () => {
  const page = await arrive();
  const { account } = await register(page);
  await logOut(page);
  await configure(shop, { redirect: '/cart/' });
  try {
    await continueAs(page, account);
    assert.equal(new URL(page.url()).pathname, '/cart/');
  } finally {
    await shop.restoreSettings();
  }
});

scenario('the button of wp-login.php logs a customer in', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await continueAs(page, account, { from: '/wp-login.php' });
  await assertLoggedIn(page, email);
});

scenario('a login goes through without JavaScript', async () => {
  const page = await arrive({ javaScriptEnabled: false });
  const { account, email } = await register(page);
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, email);
});
