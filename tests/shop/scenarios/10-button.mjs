// Where the button is, and that nothing of a visitor is in it.
import assert from 'node:assert/strict';
import { configure } from '../lib/shop.mjs';
import { arrive, arriveAsAdmin, scenario, scenarioOfWooCommerce, shop, shot } from '../lib/scene.mjs';
import { button, fillCart } from '../lib/instagram.mjs';
import { withPage } from '../lib/pages.mjs';

const places = {
  'the login of My account': ['/my-account/', 'form.login'],
  'the registration of My account': ['/my-account/', 'form.register'],
  'wp-login.php': ['/wp-login.php', '#loginform'],
};
for (const [place, [path, form]] of Object.entries(places)) {
  scenario(`the button is at ${place}`, async () => {
    const page = await arrive();
    await page.goto(path);
    assert.ok(await button(page.locator(form)).isVisible());
    await shot(page, `button at ${place}`);
  });
}

scenario('the button is at the classic checkout, without a click', async () => {
  const page = await arrive();
  await fillCart(page);
  await page.goto('/classic-checkout/');
  assert.ok(await button(page).isVisible());
  await shot(page, 'button at the classic checkout');
});

scenarioOfWooCommerce('the button is at the block checkout, and stays while it renders', async () => {
  const page = await arrive();
  await fillCart(page);
  await page.goto('/checkout/');
  await page.getByText('Contact information').first().waitFor();
  await button(page).waitFor();
  await page.locator('#email').fill('somebody@example.com');
  await Promise.all([
    page.waitForResponse((answer) => answer.url().includes('/wc/store/')),
    page.locator('#email').blur(),
  ]);
  await button(page).waitFor();
  await shot(page, 'button at the block checkout');
});

scenarioOfWooCommerce('the button is at the block checkout where guests may not check out', async () => {
  await shop.call("update_option('woocommerce_enable_guest_checkout', 'no'); return true;");
  try {
    const page = await arrive();
    await fillCart(page);
    await page.goto('/checkout/');
    await button(page).waitFor();
    await shot(page, 'button at the block checkout for members only');
  } finally {
    await shop.call("update_option('woocommerce_enable_guest_checkout', 'yes'); return true;");
  }
});

for (const [what, content] of Object.entries({ shortcode: '[leadtap_button]', block: '<!-- wp:leadtap/button /-->' })) {
  scenario(`a ${what} puts the button into any page`, () => withPage(content, async (path) => {
    const page = await arrive();
    await page.goto(path);
    assert.ok(await button(page).isVisible());
    await shot(page, `button by a ${what}`);
  }));
}

scenario('who is logged in sees no button', async () => {
  const page = await arriveAsAdmin();
  await withPage('[leadtap_button]', async (path) => {
    await page.goto(path);
    assert.equal(await button(page).count(), 0);
  });
});

scenario('the settings choose the places and the words', async () => {
  await configure(shop, { placements: ['account_login'], button_text: 'Come in with Instagram' });
  try {
    const page = await arrive();
    await page.goto('/my-account/');
    assert.ok(await page.locator('form.login').getByRole('link', { name: 'Come in with Instagram' }).isVisible());
    assert.equal(await page.locator('form.register').getByRole('link', { name: /Instagram/ }).count(), 0);
    await page.goto('/wp-login.php');
    assert.equal(await page.getByRole('link', { name: /Instagram/ }).count(), 0);
  } finally {
    await shop.restoreSettings();
  }
});

scenario('the button is a plain link that works without JavaScript and holds nothing of a visitor', async () => {
  const markup = async () => {
    const page = await arrive({ javaScriptEnabled: false });
    const answer = await page.goto('/my-account/');
    const own = (await answer.headersArray()).filter(({ name, value }) => name === 'set-cookie' && value.startsWith('leadtap'));
    assert.deepEqual(own, [], 'a page view set a cookie');
    return page.locator('.leadtap').evaluateAll((all) => all.map(({ outerHTML }) => outerHTML));
  };
  const first = await markup();
  assert.equal(first.length, 2);
  assert.deepEqual(await markup(), first);
});

scenario("Instagram's brand rules are kept: its name as it writes it, no mark of its own, not the largest thing", async () => {
  const page = await arrive();
  await page.goto('/my-account/');
  const link = button(page);
  assert.match((await link.innerText()).trim(), /^Continue with Instagram$/);
  assert.equal(await link.getAttribute('target'), null, 'it opens a popup');
  assert.equal(await page.locator('.leadtap').locator('img, svg, picture, i').count(), 0, 'there is a mark');
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);
  const sizes = [await link.evaluate(size), await page.locator('form.login button[name=login]').evaluate(size), await page.locator('form.login label').first().evaluate(size)];
  assert.ok(sizes[0] <= Math.max(...sizes.slice(1)), `it is larger than the own login: ${sizes}`);
  const all = await page.content();
  assert.doesNotMatch(all, /Insta(?!gram)|instagram-logo|\bInstaGram\b/);
});

scenario('a page view makes no call to the daemon', async () => {
  shop.proxy.forget();
  const page = await arrive();
  await fillCart(page);
  for (const path of ['/', '/my-account/', '/classic-checkout/', '/wp-login.php', '/my-account/?leadtap_outcome=declined']) await page.goto(path);
  assert.deepEqual(shop.proxy.calls, []);
});

scenario('the route behind the button is never cached', async () => {
  const page = await arrive();
  await page.goto('/my-account/');
  const link = await button(page).getAttribute('href');
  for (const headers of [{}, { Cookie: 'any=cookie' }]) {
    const answer = await fetch(new URL(link, shop.url), { redirect: 'manual', headers });
    assert.equal(answer.status, 302);
    assert.match(answer.headers.get('cache-control'), /no-store/);
    await answer.arrayBuffer();
  }
});
