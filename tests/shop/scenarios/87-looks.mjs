// How it looks and reads: themes, narrow windows, right to left, keyboard,
// screen readers. The pictures are for people to look at.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { overhang } from '../../e2e/browser.mjs';
import { arrive, arriveAsAdmin, scenario, shop, shot } from '../lib/scene.mjs';
import { allow, button, continueAs, fillCart, tap } from '../lib/instagram.mjs';
import { finish, form, freshEmail, oldUser, register } from '../lib/account.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// WooCommerce's eye beside a password, and its notices where a theme is older than blocks: their looks are the theme's.
const OTHERS = ['.show-password-input', '.woocommerce-error', '.woocommerce-info', '.woocommerce-message'];

/** What axe finds wrong inside the plugin's own parts of the page. */
async function assertAccessible(page, within, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(async ({ selector, exclude }) => {
    const parts = [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    if (parts.length === 0) return ['nothing to look at'];
    const { violations } = await window.axe.run({ include: parts, exclude }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } } });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
  }, { selector: within, exclude: OTHERS });
  assert.deepEqual(found, [], `${name} is not accessible`);
}

const SHOPPER = '.leadtap, .leadtap-page, .leadtap-outcome, .leadtap-account';

/** Every page that a shopper can meet, one after the other. */
async function* shopperPages(page) {
  await fillCart(page);
  yield 'start with a cart';
  await page.goto('/my-account/');
  yield 'my account';
  await page.goto('/classic-checkout/');
  yield 'classic checkout';
  if (shop.facts.blockCheckout) {
    await page.goto('/checkout/');
    await page.getByText('Contact information').first().waitFor();
    yield 'block checkout';
  }
  await page.goto('/wp-login.php');
  yield 'wp-login';
  await page.goto('/my-account/?leadtap_outcome=unavailable');
  await page.getByText(/does not work in this shop right now/).first().waitFor();
  yield 'message at my account';
  await page.goto('/classic-checkout/?leadtap_outcome=declined');
  await page.getByText(/You did not continue with Instagram/).first().waitFor();
  yield 'message at the checkout';
  await page.goto('/wp-login.php?leadtap_outcome=staff');
  await page.getByText(/cannot log in with Instagram/).first().waitFor();
  yield 'message at wp-login';
  const old = await oldUser();
  await continueAs(page, await shop.sandbox.account());
  await page.locator('form.leadtap-finish').waitFor();
  yield 'finish step';
  await finish(page, { email: old.email });
  await page.locator('form.leadtap-prove').first().waitFor();
  yield 'proof';
  await page.getByRole('button', { name: 'Use another address' }).click();
  await page.locator('form.leadtap-finish').waitFor();
  await finish(page, { email: freshEmail() });
  await page.waitForURL((url) => !url.search.includes('leadtap='));
  await page.goto('/my-account/edit-account/');
  yield 'account details';
}

async function assertLooks(options, name, check = async () => {}) {
  const page = await arrive(options);
  for await (const where of shopperPages(page)) {
    assert.ok((await overhang(page)) <= 0, `${where} scrolls sideways`);
    await shot(page, `${name} ${where}`);
    await check(page, where);
  }
}

const themes = ['twentytwentythree', 'twentytwentyfour', 'storefront'];
for (const theme of themes) {
  scenario(`it looks right at 360 pixels in ${theme}, and is accessible`, async (t) => {
    if (!await shop.call(`return wp_get_theme('${theme}')->exists();`)) return t.skip(`there is no theme ${theme} here`);
    const before = await shop.call("return get_stylesheet();");
    await shop.call(`switch_theme('${theme}'); return true;`);
    try {
      await assertLooks({ viewport: { width: 360, height: 740 } }, `${theme} 360`, async (page, where) => {
        if (where !== 'start with a cart') await assertAccessible(page, SHOPPER, where);
      });
      await assertLooks({}, `${theme} wide`);
    } finally {
      await shop.call(`switch_theme('${before}'); return true;`);
    }
    return undefined;
  });

  scenario(`it looks right from right to left in ${theme}, and is accessible`, async (t) => {
    if (!await shop.call(`return wp_get_theme('${theme}')->exists();`)) return t.skip(`there is no theme ${theme} here`);
    const before = await shop.call("return get_stylesheet();");
    await shop.call(`switch_theme('${theme}'); return update_option('leadtap_test_rtl', '1');`);
    try {
      await assertLooks({ viewport: { width: 360, height: 740 } }, `${theme} rtl 360`, async (page, where) => {
        assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), 'rtl');
        if (where !== 'start with a cart') await assertAccessible(page, SHOPPER, where);
      });
    } finally {
      await shop.call(`switch_theme('${before}'); return delete_option('leadtap_test_rtl');`);
    }
    return undefined;
  });
}

scenario('a login goes through with the keyboard alone, and shows where one is', async () => {
  const account = await shop.sandbox.account();
  const page = await arrive();
  await page.goto('/my-account/');
  const tabTo = async (locator) => {
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press('Tab');
      if (await locator.evaluate((element) => element === document.activeElement)) return;
    }
    assert.fail('Tab does not get there');
  };
  await tabTo(button(page));
  const outline = await button(page).evaluate((element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
  });
  assert.ok(outline, 'the button does not show that it has the focus');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${shop.sandbox.address}/**`);
  await allow(page, account);
  await page.locator('form.leadtap-finish').waitFor();
  const email = freshEmail();
  await tabTo(page.locator('[name=email]'));
  await page.keyboard.type(email);
  await tabTo(page.locator('[name=leadtap_consent]'));
  await page.keyboard.press('Space');
  await tabTo(page.locator('[name=leadtap_terms]'));
  await page.keyboard.press('Space');
  await tabTo(page.getByRole('button', { name: 'Create my account' }));
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.search.includes('leadtap='));
});

scenario("what goes wrong is announced: a screen reader reads the message, and the window's title says what the page is", async () => {
  const page = await arrive();
  await page.goto('/my-account/?leadtap_outcome=expired');
  assert.ok(await page.locator('[role=alert]').filter({ hasText: /expired/ }).first().isVisible());
  await continueAs(page, await shop.sandbox.account());
  await form(page).evaluate((element) => { element.noValidate = true; });
  await finish(page, { email: 'no address' });
  await page.locator('[role=alert]').first().waitFor();
  assert.match(await page.title(), /One last step/);
});

scenario('the admin pages fit 360 pixels and are accessible', async () => {
  const page = await arriveAsAdmin({ viewport: { width: 360, height: 740 } });
  for (const name of ['leadtap-settings', 'leadtap-leads']) {
    await page.goto(`/wp-admin/admin.php?page=${name}`);
    await assertAccessible(page, '.wrap.leadtap', name);
    assert.ok((await overhang(page)) <= 0, `${name} scrolls sideways`);
    await shot(page, `admin 360 ${name}`);
  }
});
