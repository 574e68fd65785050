// How a login can end other than logged in: each has its own sentence and a
// way on, and the cart is safe.
import assert from 'node:assert/strict';
import { arrive, logInByPassword, scenario, shop, shot } from '../lib/scene.mjs';
import { allow, assertLoggedIn, assertLoggedOut, button, callbackOf, cancel, cartCount, fillCart, press, tap } from '../lib/instagram.mjs';
import { oldUser } from '../lib/account.mjs';
import { startCookielessProxy } from '../lib/cookieless.mjs';
import { ahead } from '../lib/faketime.mjs';
import { withOtherPhp } from '../lib/other-php.mjs';

const told = new Map();

/** The sentence is there once, unlike all others; the shop's own form is below it; the cart is as it was. */
async function assertToldApart(page, name, sentence) {
  const notice = page.locator('.woocommerce-error, .woocommerce-info, .woocommerce-notices-wrapper, .wc-block-components-notice-banner, #login_error, .message').filter({ hasText: sentence }).first();
  await notice.waitFor();
  const text = (await notice.innerText()).trim();
  for (const [other, words] of told) if (other !== name) assert.notEqual(words, text, `${name} is told like ${other}`);
  told.set(name, text);
  assert.ok(await page.locator('#username').first().count() > 0, 'the normal form is not there');
  assert.ok(await button(page).isVisible(), 'there is no way to try again');
  await shot(page, `told ${name}`);
}

/** A guest with a full cart at My account. */
async function shopper(options) {
  const page = await arrive(options);
  await fillCart(page);
  await page.goto('/my-account/');
  return page;
}

async function assertUnharmed(page) {
  await assertLoggedOut(page);
  assert.equal(await cartCount(page), 1, 'the cart is not what it was');
}

scenario('who says no in the window is told that nothing changed', async () => {
  const page = await shopper();
  await tap(page);
  await cancel(page);
  await assertToldApart(page, 'declined', /did not continue with Instagram/);
  await assertUnharmed(page);
});

scenario('who has a personal account is told whom Instagram lets in', async () => {
  const page = await shopper();
  await tap(page);
  await allow(page, { username: 'jonas.at.home' });
  await page.getByRole('link', { name: 'Back to the app' }).click();
  await page.getByText(/Business and Creator accounts only/).first().waitFor();
  assert.ok(await page.locator('#username').first().isVisible());
  await assertUnharmed(page);
  await shot(page, 'told personal account');
});

scenario('who is no tester of an app in review is told that Instagram did not let them in', async () => {
  const account = await shop.sandbox.account();
  const page = await shopper();
  await shop.sandbox.misbehaving(account, { me_failure: 'role_trap' }, async () => {
    await tap(page);
    await allow(page, account);
    await assertToldApart(page, 'not let in', /did not let this account in/);
  });
  await assertUnharmed(page);
});

const troubles = [{ token_failure: 'server_error' }, ...['transient', 'throttled', 'html_page'].map((me_failure) => ({ me_failure }))];
for (const trouble of troubles) {
  const [[knob, failure]] = Object.entries(trouble);
  scenario(`when Instagram is down the shopper is told so: ${knob} ${failure}`, async () => {
    const account = await shop.sandbox.account();
    const page = await shopper();
    await shop.sandbox.misbehaving(account, trouble, async () => {
      await tap(page);
      await allow(page, account);
      await assertToldApart(page, 'Instagram down', /Instagram has trouble/);
    });
    await assertUnharmed(page);
  });
}

scenario('when the daemon is down the shopper hears it before Instagram, and the own login works', async () => {
  const user = await oldUser();
  const page = await shopper();
  await shop.proxy.down(async () => {
    await button(page).click();
    await assertToldApart(page, 'daemon down', /does not work in this shop right now/);
    await assertUnharmed(page);
    await logInByPassword(page, '/my-account/', user);
    await assertLoggedIn(page, user.email);
    assert.equal(await cartCount(page), 1);
  });
});

scenario('when the daemon hangs nobody waits for longer than two seconds', async () => {
  const page = await shopper();
  await shop.proxy.hanging(async () => {
    shop.proxy.forget();
    await button(page).click();
    await page.getByText(/log in here/).first().waitFor();
    assert.equal(shop.proxy.held.length, 1);
    assert.ok(shop.proxy.held[0] < 2_000, `the call held for ${shop.proxy.held[0]} ms`);
    await shot(page, 'told daemon hangs');
    await assertUnharmed(page);
  });
});

scenario('after some failures the circuit is open: nobody waits for a daemon that is down, and it closes by itself', async () => {
  const user = await oldUser();
  const page = await shopper();
  const start = (address) => fetch(`${address}/?leadtap=start`, { redirect: 'manual', headers: { Cookie: 'any=cookie' } })
    .then((answer) => answer.headers.get('location'));
  await shop.proxy.hanging(async (wake) => {
    // What CircuitBreaker::THRESHOLD says.
    for (let i = 0; i < 3; i += 1) assert.match(await start(shop.url), /leadtap_outcome=slow/);
    shop.proxy.forget();
    await press(page, button(page));
    await page.getByText(/does not work in this shop right now/).first().waitFor();
    assert.deepEqual(shop.proxy.calls, []);
    const other = await arrive();
    await logInByPassword(other, '/my-account/', user);
    await assertLoggedIn(other, user.email);
    wake();
    assert.match(await start(shop.url), /leadtap_outcome=unavailable/, 'the circuit is closed at once');
    await withOtherPhp({ env: ahead(1) }, async (address) => {
      const location = await start(address);
      assert.ok(location.startsWith(shop.sandbox.address), `it leads to ${location}`);
    });
    await press(page, button(page));
    assert.ok(page.url().startsWith(shop.sandbox.address), 'the circuit is not closed by itself');
  });
});

scenario('when the daemon goes away while the shopper is at Instagram, the login goes on when it is back', async () => {
  const account = await shop.sandbox.account();
  const page = await shopper();
  await tap(page);
  await shop.proxy.down(async () => {
    await allow(page, account);
    await page.getByText(/does not work in this shop right now/).first().waitFor();
  });
  await page.getByRole('link', { name: /again|go on/i }).first().click();
  await page.locator('form.leadtap-finish').waitFor();
});

scenario('when Instagram takes too long a page waits by itself, and the login goes through', async () => {
  const account = await shop.sandbox.account();
  const page = await shopper();
  await shop.sandbox.misbehaving(account, { me_delay_ms: 3000 }, async () => {
    await tap(page);
    await allow(page, account);
    await page.getByText('This page goes on by itself').waitFor();
    await shot(page, 'waiting for Instagram');
    await page.locator('form.leadtap-finish').waitFor({ timeout: 15_000 });
  });
});

scenario('who blocks cookies is told before Instagram, and what to do', async () => {
  const proxy = await startCookielessProxy();
  try {
    const page = await arrive(proxy.options);
    await page.goto('/my-account/');
    await button(page).click();
    await assertToldApart(page, 'cookies', /blocks cookies/);
    assert.equal(new URL(page.url()).origin, shop.url);
  } finally {
    await proxy.stop();
  }
});

scenario('who comes back too late is told that it expired', async () => {
  const account = await shop.sandbox.account();
  const page = await shopper();
  await tap(page);
  await shop.daemon.later(30, async () => {
    await allow(page, account);
    await assertToldApart(page, 'expired', /expired/);
    await assertUnharmed(page);
  });
});

scenario('who opens the callback in another browser is told where it began', async () => {
  const account = await shop.sandbox.account();
  const page = await shopper();
  await tap(page);
  const callback = await callbackOf(page, account);
  const stranger = await shopper();
  await stranger.goto(callback);
  await assertToldApart(stranger, 'other browser', /began in another browser/);
  await assertUnharmed(stranger);
});

scenario('a link that is not of this shop’s making tells to begin again', async () => {
  const account = await shop.sandbox.account();
  const page = await shopper();
  await tap(page);
  const callback = await callbackOf(page, account);
  const url = new URL(callback);
  url.searchParams.set('code', 'made-up-by-somebody');
  await page.goto(url.href);
  await assertToldApart(page, 'start again', /begin again/);
  await assertUnharmed(page);
});
