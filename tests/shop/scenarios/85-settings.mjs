// WooCommerce > Instagram login: the settings, and the test of the connection.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { arrive, arriveAsAdmin, logInByPassword, scenario, shop, shot } from '../lib/scene.mjs';
import { configure } from '../lib/shop.mjs';
import { oldUser } from '../lib/account.mjs';
import { press } from '../lib/instagram.mjs';
import { ahead } from '../lib/faketime.mjs';
import { refusal } from '../lib/proxy.mjs';
import { withOtherPhp } from '../lib/other-php.mjs';

// PHP may read this too: it serves the shop.
const ROUTER = new URL('../php', import.meta.url).pathname;
const SETTINGS = '/wp-admin/admin.php?page=leadtap-settings';

/** The settings page, with the connection tested; gives what the test says. */
async function test(page) {
  await page.goto(SETTINGS);
  await press(page, page.getByRole('link', { name: 'Test the connection' }).first());
  const findings = page.getByRole('status').first();
  await findings.waitFor();
  return findings.innerText();
}

async function save(page) {
  await press(page, page.getByRole('button', { name: 'Save and test' }));
  await page.getByText('The settings are saved').first().waitFor();
}

scenario('the settings are in the menu of WooCommerce', async () => {
  const page = await arriveAsAdmin();
  await page.goto('/wp-admin/');
  await page.goto(await page.locator('#adminmenu').getByRole('link', { name: 'Instagram login' }).getAttribute('href').then((href) => new URL(href, `${shop.url}/wp-admin/`).href));
  assert.equal(await page.getByRole('heading', { level: 1 }).first().innerText(), 'Instagram login');
  await shot(page, 'admin settings');
});

scenario('an admin sees the daemon connected', async () => {
  const page = await arriveAsAdmin();
  const text = await test(page);
  assert.match(text, /The daemon answers: version .*, site “shop”/);
  assert.doesNotMatch(text, /Wrong:/);
  await shot(page, 'admin connection good');
});

scenario("the three addresses for Meta's dashboard are there to copy, exactly", async () => {
  const page = await arriveAsAdmin();
  await page.goto(SETTINGS);
  const shown = await page.locator('input[readonly]').evaluateAll((fields) => fields.map(({ value }) => value));
  assert.deepEqual(shown.slice(0, 3), [shop.urls.callback, shop.urls.deauthorize, shop.urls.deletion]);
  assert.match(await page.locator('body').innerText(), /https/, 'it does not say that Meta wants https');
});

const wrongs = {
  'there is no socket': [{ address: 'unix:///run/nowhere/leadtap.sock' }, /no socket/i],
  'the address is a file that is no socket': [{ address: () => `unix://${shop.root}/wp-load.php` }, /socket|listens|daemon/i],
  'nobody listens at the port': [{ address: 'tcp://127.0.0.1:9' }, /Nobody listens/],
};
for (const [what, [changes, expected]] of Object.entries(wrongs)) {
  scenario(`the connection test says what is wrong and what to do: ${what}`, async () => {
    const address = typeof changes.address === 'function' ? changes.address() : changes.address;
    await configure(shop, { address });
    try {
      const page = await arriveAsAdmin();
      assert.match(await test(page), expected);
      await shot(page, `admin connection wrong ${what}`);
    } finally {
      await shop.restoreSettings();
    }
  });
}

scenario('the connection test says so where something else listens', async () => {
  const server = createServer((socket) => { socket.on('error', () => {}); socket.end('SSH-2.0-OpenSSH_9.2\r\n'); });
  const file = path.join(shop.folder, 'other.sock');
  await new Promise((resolve) => server.listen(file, resolve));
  await configure(shop, { address: `unix://${file}` });
  try {
    const page = await arriveAsAdmin();
    assert.match(await test(page), /Wrong:/);
    await shot(page, 'admin connection wrong other program');
  } finally {
    server.close();
    await shop.restoreSettings();
  }
});

scenario('the connection test names the user of PHP where the socket forbids it', async (t) => {
  if (process.getuid() !== 0) return t.skip('only root can run PHP as somebody else');
  await chmod(shop.folder, 0o755);
  await withOtherPhp({ uid: 65534, gid: 65534 }, async (address) => {
    const page = await arriveAsAdmin();
    await page.goto(`${address}${SETTINGS}`);
    await page.goto(new URL(await page.getByRole('link', { name: 'Test the connection' }).first().getAttribute('href'), address).href.replace(shop.url, address));
    const text = await page.getByRole('status').first().innerText();
    assert.match(text, /nobody/);
    assert.match(text, /group|may not write/);
    await shot(page, 'admin connection wrong user');
  });
  return undefined;
});

scenario('open_basedir does not hinder the connection', () => withOtherPhp({ ini: { open_basedir: `${shop.root}:${ROUTER}` } }, async (address) => {
  const page = await arriveAsAdmin();
  await page.goto(`${address}${SETTINGS}`);
  await page.goto((await page.getByRole('link', { name: 'Test the connection' }).first().getAttribute('href')).replace(shop.url, address));
  assert.match(await page.getByRole('status').first().innerText(), /The daemon answers/);
}));

scenario('a daemon that is too old is named as such', async () => {
  await shop.proxy.answering(refusal(12, 'METHOD_UNKNOWN'), async () => {
    const page = await arriveAsAdmin();
    assert.match(await test(page), /older|update|version/i);
    await shot(page, 'admin connection wrong too old');
  });
});

scenario('settings are saved, tested, and hold in the shop', async () => {
  const page = await arriveAsAdmin();
  try {
    await page.goto(SETTINGS);
    await page.locator('[name=button_text]').fill('Log in with Instagram');
    await page.getByLabel('My account: registration').uncheck();
    await save(page);
    await page.getByText('The daemon answers').waitFor();
    await shot(page, 'admin settings saved');
    const guest = await arrive();
    await guest.goto('/my-account/');
    assert.ok(await guest.locator('form.login').getByRole('link', { name: 'Log in with Instagram' }).isVisible());
    assert.equal(await guest.locator('form.register').getByRole('link', { name: /Instagram/ }).count(), 0);
  } finally {
    await shop.restoreSettings();
  }
});

scenario('a changed consent text gets a new version by itself, and the old one is kept', async () => {
  const page = await arriveAsAdmin();
  try {
    await page.goto(SETTINGS);
    await page.locator('[name=consent_text]').fill('The shop may write to me about cups.');
    await save(page);
    await page.goto(SETTINGS);
    const first = (await page.getByText(/This is version/).innerText()).match(/version (\S+)\./)[1];
    await page.locator('[name=consent_text]').fill('The shop may write to me about plates.');
    await save(page);
    await page.goto(SETTINGS);
    const second = (await page.getByText(/This is version/).innerText()).match(/version (\S+)\./)[1];
    assert.notEqual(first, second);
    await page.getByText('All versions').click();
    assert.ok(await page.getByText('The shop may write to me about cups.').first().isVisible());
  } finally {
    await shop.restoreSettings();
  }
});

scenario('who may not manage the shop sees none of it, and can save nothing', async () => {
  const user = await oldUser({ role: 'editor' });
  const page = await arrive();
  await logInByPassword(page, '/wp-login.php', user);
  await page.waitForURL('**/wp-admin/**');
  for (const where of [SETTINGS, '/wp-admin/admin.php?page=leadtap-leads']) {
    const answer = await page.goto(where);
    assert.equal(answer.status(), 403, where);
  }
  const before = await shop.call("return get_option('leadtap_settings');");
  const answer = await page.request.post('/wp-admin/admin-post.php', { form: { action: 'leadtap_save', address: 'unix:///tmp/evil.sock' } });
  assert.notEqual(answer.status(), 302);
  assert.deepEqual(await shop.call("return get_option('leadtap_settings');"), before);
});

scenario('another site cannot make an admin save settings', async () => {
  const page = await arriveAsAdmin();
  await page.goto(SETTINGS);
  const action = await page.locator('form input[name=action]').first().inputValue();
  const before = await shop.call("return get_option('leadtap_settings');");
  const answer = await page.request.post('/wp-admin/admin-post.php', { form: { action, address: 'unix:///tmp/evil.sock', enabled: '1' } });
  assert.equal(answer.status(), 403);
  assert.deepEqual(await shop.call("return get_option('leadtap_settings');"), before);
});

scenario('Site Health knows how the daemon is', async () => {
  const page = await arriveAsAdmin();
  await page.goto('/wp-admin/site-health.php');
  await page.getByText('The Instagram login reaches its daemon').first().waitFor({ state: 'attached' });
  await shop.proxy.down(async () => {
    await page.goto('/wp-admin/site-health.php');
    await page.getByText('The Instagram login does not work').first().waitFor({ state: 'attached' });
    await shot(page, 'admin site health daemon down');
  });
});

scenario('a daemon that is unreachable for long is told of in a notice and a letter, once', async () => {
  const look = (minutes) => shop.call("do_action('leadtap_watch'); return has_action('leadtap_watch');", { SHOP_AS: 'cron', ...ahead(minutes) });
  const letters = async () => (await shop.mailsTo('admin@shop.example')).filter(({ subject }) => /Instagram login needs somebody/.test(subject));
  const scheduled = await arriveAsAdmin();
  await scheduled.goto('/wp-admin/');
  assert.ok(await shop.call("return wp_next_scheduled('leadtap_watch');"), 'nothing looks at the daemon by itself');
  await shop.proxy.down(async () => {
    assert.ok(await look(0));
    assert.equal((await letters()).length, 0, 'one lost call is no reason for a letter');
    await look(61);
    await look(122);
    assert.equal((await letters()).length, 1);
    await withOtherPhp({ env: ahead(125) }, async (address) => {
      const page = await arriveAsAdmin();
      await page.goto(`${address}/wp-admin/`);
      await page.locator('.notice-error').filter({ hasText: /daemon|Instagram/ }).first().waitFor();
      await shot(page, 'admin notice daemon unreachable');
    });
  });
  await look(126);
  assert.equal((await letters()).length, 1);
});
