// Every way in which a login can end has a sentence, at every place of a
// button: there once, with the button and the shop's own form beside it.
import assert from 'node:assert/strict';
import { refusal } from '../lib/proxy.mjs';
import { arrive, logInByPassword, scenario, shop, shot } from '../lib/scene.mjs';
import { allow, assertLoggedIn, assertLoggedOut, back, button, cancel, cartCount, continueAs, fillCart, press, tap } from '../lib/instagram.mjs';
import { form, logOut, oldUser, register } from '../lib/account.mjs';

// gRPC's names for them are of no interest here.
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;

const sentences = () => shop.call(`
  $outcomes = '\\Leadtap\\WooCommerce\\Login\\Outcomes';
  $all = (new ReflectionClass($outcomes))->getConstant('ALL');
  return array_combine($all, array_map([$outcomes, 'sentence'], $all));`);

/** Opens a place with each of the outcomes. */
async function assertTells(place, normalForm, { check = async () => {}, only = () => true } = {}) {
  const page = await arrive();
  await fillCart(page);
  for (const [code, sentence] of Object.entries(await sentences()).filter(([name]) => only(name))) {
    await page.goto(`${place}?leadtap_outcome=${code}`, { waitUntil: 'domcontentloaded' });
    const text = await page.locator('body').innerText();
    assert.equal(text.split(sentence).length - 1, 1, `${place} says it not once: ${code}`);
    assert.ok(await button(page).isVisible(), `${place} has no button with ${code}`);
    assert.ok(await page.locator(normalForm).first().isVisible(), `${place} has not the shop's own form with ${code}`);
    await check(page, code);
  }
}

scenario('each outcome is told at My account, with the button and the own form', () =>
  assertTells('/my-account/', '#username', { check: (page, code) => shot(page, `message ${code}`) }));

scenario('each outcome is told at the classic checkout, with the button and the own form', () =>
  assertTells('/classic-checkout/', 'form.checkout'));

scenario('each outcome is told at wp-login.php, with the button and the own form', () =>
  assertTells('/wp-login.php', '#loginform'));

scenario('outcomes of both kinds are told at the block checkout, with the button and the own form', async (t) => {
  if (!shop.facts.blockCheckout) return t.skip('needs WooCommerce in WC_DIR');
  // Its script makes the page a slow one, and where the sentence is made is the same for all.
  await assertTells('/checkout/', '.wp-block-woocommerce-checkout', { only: (name) => ['declined', 'unavailable', 'slow'].includes(name) });
  const page = await arrive();
  await fillCart(page);
  await page.goto('/checkout/?leadtap_outcome=declined');
  await page.getByText('Contact information').first().waitFor();
  await page.getByText(/You did not continue with Instagram/).first().waitFor();
  await shot(page, 'message at the block checkout');
  return undefined;
});

/** A guest with a cart in Instagram's window. */
async function atInstagram(from = '/my-account/') {
  const page = await arrive();
  await fillCart(page);
  await page.goto(from);
  await tap(page);
  return page;
}

scenario('when Instagram takes much too long it is told, and "Try again" goes on with the same login', async () => {
  const account = await shop.sandbox.account();
  const page = await atInstagram();
  await shop.sandbox.misbehaving(account, { me_delay_ms: 30_000 }, async () => {
    // Its first try by itself is its last.
    await page.route(/[?&]try=1$/, (route) => route.continue({ url: route.request().url().replace('try=1', 'try=5') }));
    await allow(page, account);
    await back(page, 'slow');
    await page.getByText(/takes too long to answer/).first().waitFor();
    await shot(page, 'told too slow');
  });
  await press(page, page.getByRole('link', { name: 'Try again' }));
  await back(page);
  await form(page).waitFor();
  assert.equal(await cartCount(page), 1);
});

const refusals = {
  busy: [RESOURCE_EXHAUSTED, 'TOO_MANY_CALLS', /Very many people/],
  operator: [PERMISSION_DENIED, 'PERMISSION_MISSING', /not set up correctly in this shop/],
};
for (const [outcome, [status, reason, sentence]] of Object.entries(refusals)) {
  scenario(`what the daemon refuses is told: ${outcome}`, async () => {
    const page = await arrive();
    await page.goto('/my-account/');
    await shop.proxy.answering(refusal(status, reason), async () => {
      await press(page, button(page));
      await back(page, outcome);
    });
    await page.getByText(sentence).first().waitFor();
    await assertLoggedOut(page);
    await page.goto('/my-account/');
    await tap(page);
  });
}

scenario('a shop for members only tells a newcomer so, and makes no account', async () => {
  await shop.call("return update_option('leadtap_test_members_only', '1');");
  try {
    const page = await arrive();
    await continueAs(page, await shop.sandbox.account(), { outcome: 'closed' });
    await page.getByText(/new ones are not made this way/).first().waitFor();
    await assertLoggedOut(page);
  } finally {
    await shop.call("return delete_option('leadtap_test_members_only');");
  }
});

scenario('an account that another plugin blocks is told so, and logged in after that', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await shop.call(`return update_option('leadtap_test_blocked', '${email}');`);
  try {
    await continueAs(page, account, { outcome: 'blocked' });
    await page.getByText(/blocked or not yet approved/).first().waitFor();
    await assertLoggedOut(page);
  } finally {
    await shop.call("return delete_option('leadtap_test_blocked');");
  }
  await continueAs(page, account);
  await assertLoggedIn(page, email);
});

scenario('a second Instagram account is not put in the place of the first', async () => {
  const user = await oldUser();
  const page = await arrive();
  await logInByPassword(page, '/my-account/', user);
  const [first, second] = [await shop.sandbox.account(), await shop.sandbox.account()];
  const tab = await page.context().newPage();
  for (const one of [page, tab]) {
    await one.goto('/my-account/edit-account/');
    await one.getByRole('button', { name: 'Link Instagram' }).click();
    await one.waitForURL(`${shop.sandbox.address}/**`);
  }
  await allow(page, first);
  await back(page);
  await allow(tab, second);
  await back(tab, 'has_other');
  await tab.getByText(/Another Instagram account is linked/).first().waitFor();
  await tab.getByText(first.username).first().waitFor();
});

scenario('who was logged in meanwhile by password stays who they are, and nothing is linked', async () => {
  const user = await oldUser();
  const account = await shop.sandbox.account();
  const page = await atInstagram();
  const tab = await page.context().newPage();
  await logInByPassword(tab, '/my-account/', user);
  await allow(page, account);
  await back(page, 'already_in');
  await page.getByText(/You are logged in already/).first().waitFor();
  await page.getByRole('button', { name: 'Link Instagram' }).waitFor();
  await assertLoggedIn(page, user.email);
});

scenario('who says no on the way from the checkout is back at the checkout, with the cart', async () => {
  const page = await atInstagram('/classic-checkout/');
  await cancel(page);
  await back(page, 'declined');
  assert.equal(new URL(page.url()).pathname, '/classic-checkout/');
  await page.getByText(/You did not continue with Instagram/).first().waitFor();
  assert.ok(await page.locator('form.checkout').first().isVisible());
  assert.equal(await cartCount(page), 1);
});
