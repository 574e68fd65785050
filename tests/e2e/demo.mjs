// `leadtap demo` in a real browser. LEADTAP_BIN names the binary.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ARTIFACTS, faintTexts, leadtap, overhang, startBrowser, startDemo, visitor } from './browser.mjs';

let demo;
let chromium;

before(async () => {
  chromium = await startBrowser();
  demo = await startDemo(leadtap, 'demo');
});

after(async () => {
  await chromium?.close();
  await demo?.stop();
});

/** Runs `steps` as a visitor of their own, and checks what holds for each. */
async function visit(options, steps) {
  const { page, hosts, faults, close } = await visitor(chromium.browser, options);
  try {
    await page.goto(demo.address);
    await steps(page);
    assert.deepEqual([...hosts], ['127.0.0.1'], 'a page asked another host');
    assert.deepEqual(faults, [], 'the browser complained');
  } finally {
    await close();
  }
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });
const heading = (page) => page.getByRole('heading', { level: 1 }).innerText();
const shot = (page, name) => page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`), fullPage: true });

/** From the cart to the consent page, with an account chosen. */
async function openWindow(page, account) {
  await button(page, 'Continue with Instagram').click();
  await page.getByRole('radio', { name: account }).check();
}

/** A whole login; ends on the page with the lead. */
async function allow(page, account = 'atelier.nord') {
  await openWindow(page, account);
  await button(page, 'Allow').click();
  await page.waitForURL(`${demo.address}callback?**`);
}

const row = (page, label) =>
  page.locator('dl > div').filter({ has: page.getByText(label, { exact: true }) }).locator('dd').innerText();

describe('a shopper', () => {
  test('allows and sees the lead', () => visit({}, async (page) => {
    await allow(page);
    assert.equal(await heading(page), 'Welcome, Atelier Nord');
    assert.equal(await row(page, 'Username'), '@atelier.nord');
    assert.equal(await row(page, 'Kind of account'), 'Business');
    assert.match(await row(page, 'Account id'), /^\d{17}$/);
    assert.match(await row(page, 'Lead id'), /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const leadId = await row(page, 'Lead id');
    assert.ok(demo.lines.some((line) => line.includes(leadId)), 'the terminal does not show the lead');
  }));

  test('logs in with a creator account', () => visit({}, async (page) => {
    await allow(page, 'mira_makes');
    assert.equal(await row(page, 'Kind of account'), 'Creator');
  }));

  test('reloads the callback and is still logged in, once', () => visit({}, async (page) => {
    await allow(page);
    const leadId = await row(page, 'Lead id');
    const logins = await row(page, 'Logins');
    await page.reload();
    assert.match(await page.getByRole('status').innerText(), /nothing happened twice/);
    assert.equal(await row(page, 'Lead id'), leadId);
    assert.equal(await row(page, 'Logins'), logins);
  }));

  test('cancels and finds the cart untouched', () => visit({}, async (page) => {
    await button(page, 'Continue with Instagram').click();
    await button(page, 'Cancel').click();
    assert.equal(await heading(page), 'No problem, nothing was shared');
    await link(page, 'Back to the cart').click();
    assert.equal(await heading(page), 'Your cart');
  }));

  test('is turned away with a personal account and told why', () => visit({}, async (page) => {
    await openWindow(page, 'jonas.at.home');
    await button(page, 'Allow').click();
    assert.equal(await heading(page), 'This account cannot be used here');
    await link(page, 'Back to the app').click();
    await page.waitForURL(`${demo.address}callback?**`);
    assert.ok(await page.getByText('only Business and Creator accounts can').isVisible());
    await link(page, 'Check out with e-mail').click();
    assert.equal(await heading(page), 'The demo ends here');
  }));

  test('may log in from two tabs at once', () => visit({}, async (page) => {
    const second = await page.context().newPage();
    await second.goto(demo.address);
    await openWindow(page, 'atelier.nord');
    await openWindow(second, 'mira_makes');
    await button(page, 'Allow').click();
    await page.waitForURL(`${demo.address}callback?**`);
    await button(second, 'Allow').click();
    await second.waitForURL(`${demo.address}callback?**`);
    assert.equal(await row(page, 'Username'), '@atelier.nord');
    assert.equal(await row(second, 'Username'), '@mira_makes');
  }));

  test('gets along with the keyboard alone, and sees where it is', () => visit({}, async (page) => {
    const tabTo = async (text) => {
      for (let step = 0; step < 15; step += 1) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate(() => {
          const element = document.activeElement;
          const marked = element.matches('[type=radio]') ? element.closest('label') : element;
          return {
            text: (element.value && element.type === 'radio' ? element.value : element.innerText).trim(),
            outline: parseFloat(getComputedStyle(marked).outlineWidth),
            style: getComputedStyle(marked).outlineStyle,
          };
        });
        if (focus.text === text) {
          assert.ok(focus.outline >= 2 && focus.style !== 'none', `${text} does not show its focus`);
          return;
        }
      }
      assert.fail(`Tab does not reach ${text}`);
    };
    await tabTo('Continue with Instagram');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/oauth/authorize?**');
    await tabTo('atelier.nord');
    await page.keyboard.press('ArrowDown');
    await tabTo('Allow');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.address}callback?**`);
    assert.equal(await row(page, 'Username'), '@mira_makes');
  }));
});

test('another browser cannot finish a login', () => visit({}, async (page) => {
  await allow(page);
  const callback = page.url();
  await visit({}, async (stranger) => {
    const answer = await stranger.goto(callback);
    assert.equal(answer.status(), 400);
    assert.equal(await heading(stranger), 'This login cannot go on');
    assert.doesNotMatch(await answer.text(), /Atelier Nord/);
  });
}));

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    test(`every page fits ${width} pixels and can be read in ${colorScheme} colours`, () =>
      visit({ colorScheme, viewport: { width, height: 780 } }, async (page) => {
        const check = async (name) => {
          assert.ok((await overhang(page)) <= 0, `${name} scrolls sideways`);
          assert.deepEqual(await faintTexts(page), [], `${name} has faint texts`);
          await shot(page, `${name}-${width}-${colorScheme}`);
        };
        await check('cart');
        await button(page, 'Continue with Instagram').click();
        await check('consent');
        await button(page, 'Cancel').click();
        await check('declined');
        await openWindow(page, 'jonas.at.home');
        await button(page, 'Allow').click();
        await check('personal');
        await page.goto(demo.address);
        await allow(page);
        await check('lead');
        await page.goto(`${demo.address}callback?code=forged&state=${'A'.repeat(43)}`);
        await check('trouble');
        await page.goto(`${demo.address}checkout`);
        await check('checkout');
        await page.goto(`${demo.address}nothing-here`);
        await check('not-found');
      }));
  }
}
