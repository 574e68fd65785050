// WooCommerce > Instagram login: the settings, and the test of the connection.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { arrive, arriveAsAdmin, logInByPassword, scenario, shop, shot } from '../lib/scene.mjs';
import { configure, phpString } from '../lib/shop.mjs';
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
  await page.getByText('It begins with http://, which Meta refuses.').first().waitFor();
  await page.getByText('This name works on this machine or network alone.').first().waitFor();
});

scenario('what Meta compares is said of each address: another name, a slash that is missing', async () => {
  await configure(shop, { redirect_uri: 'https://www.shop.example/leadtap/callback' });
  try {
    const page = await arriveAsAdmin();
    await page.goto(SETTINGS);
    const callback = page.locator('.leadtap-address').first();
    assert.equal(await callback.locator('input').inputValue(), 'https://www.shop.example/leadtap/callback');
    const text = await callback.innerText();
    assert.match(text, /The shop has several names: www\.shop\.example, 127\.0\.0\.1\./);
    assert.match(text, /It does not end with a slash\. Meta’s dashboard may add one, and then every login fails\./);
    assert.doesNotMatch(text, /http:\/\/, which Meta refuses/);
    const findings = await test(page);
    assert.match(findings, /None of those is like it/);
    await shot(page, 'admin connection wrong redirect uri');
  } finally {
    await shop.restoreSettings();
  }
});

const wrongs = {
  'there is no socket': [{ address: 'unix:///run/nowhere/leadtap.sock' }, /no socket/i],
  'the address is a file that is no socket': [{ address: () => `unix://${shop.root}/wp-load.php` }, /Wrong: Nobody listens/],
  'nobody listens at the port': [{ address: 'tcp://127.0.0.1:9' }, /Wrong: Nobody listens/],
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

scenario('open_basedir is named where it keeps PHP from the file with the token', async () => {
  await configure(shop, { token_file: `${shop.folder}/leadtap-keys` });
  try {
    await withOtherPhp({ ini: { open_basedir: `${shop.root}:${ROUTER}` } }, async (address) => {
      const page = await arriveAsAdmin();
      await page.goto(`${address}${SETTINGS}`);
      await page.goto((await page.getByRole('link', { name: 'Test the connection' }).first().getAttribute('href')).replace(shop.url, address));
      const text = await page.getByRole('status').first().innerText();
      assert.match(text, /PHP cannot read the file/);
      assert.ok(text.includes(`open_basedir allows ${shop.root}:${ROUTER} alone`), text);
    });
  } finally {
    await shop.restoreSettings();
  }
});

scenario('a daemon that is too old is named as such', async () => {
  await shop.proxy.answering(refusal(12, 'METHOD_UNKNOWN'), async () => {
    const page = await arriveAsAdmin();
    assert.match(await test(page), /another program, or a daemon much older/);
    await shot(page, 'admin connection wrong too old');
  });
});

scenario('settings are saved, tested, and hold in the shop', async () => {
  const page = await arriveAsAdmin();
  try {
    await page.goto(SETTINGS);
    await page.locator('[name=button_text]').fill('Log in with Instagram');
    await page.getByLabel('My account: registration').uncheck();
    await page.locator('[name="roles[]"][value=editor]').check();
    await page.locator('[name=redirect]').fill('/cart/');
    await page.locator('[name=consent_required]').check();
    await save(page);
    await page.getByText('The daemon answers').waitFor();
    await shot(page, 'admin settings saved');
    const saved = await shop.call("return get_option('leadtap_settings');");
    assert.deepEqual([...saved.roles].sort(), ['customer', 'editor', 'subscriber']);
    assert.equal(saved.redirect, '/cart/');
    assert.equal(saved.consent_required, true);
    assert.deepEqual(saved.placements, ['account_login', 'classic_checkout', 'block_checkout', 'wp_login']);
    const guest = await arrive();
    await guest.goto('/my-account/');
    assert.ok(await guest.locator('form.login').getByRole('link', { name: 'Log in with Instagram' }).isVisible());
    assert.equal(await guest.locator('form.register').getByRole('link', { name: /Instagram/ }).count(), 0);
  } finally {
    await shop.restoreSettings();
  }
});

scenario('a shop manager changes the button, and neither the daemon nor who may log in', async () => {
  const user = await oldUser({ role: 'shop_manager' });
  const page = await arrive();
  await logInByPassword(page, '/wp-login.php', user);
  const before = await shop.call("return get_option('leadtap_settings');");
  try {
    await page.goto(SETTINGS);
    assert.ok(await page.locator('[name=address]').isDisabled());
    await page.locator('[name=button_text]').fill('By Instagram');
    await page.evaluate(() => {
      for (const field of document.querySelectorAll('[name=address], [name="roles[]"]')) field.disabled = false;
      document.querySelector('[name=address]').value = 'unix:///tmp/evil.sock';
      document.querySelector('[name="roles[]"][value=administrator]').checked = true;
    });
    await save(page);
    const after = await shop.call("return get_option('leadtap_settings');");
    assert.equal(after.button_text, 'By Instagram');
    assert.equal(after.address, before.address);
    assert.ok(!after.roles.includes('administrator'));
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
  // What only the page of the settings would give them.
  const { name, value } = (await page.context().cookies()).find((cookie) => cookie.name.startsWith('wordpress_logged_in_'));
  const nonce = await shop.call(`
    $_COOKIE[${phpString(name)}] = ${phpString(decodeURIComponent(value))};
    wp_set_current_user(${user.id});
    return wp_create_nonce('leadtap_save_settings');`);
  assert.equal(await savedBy(page, { _wpnonce: nonce }), 403);
});

/** Sends the form of the settings, as somebody who may not; gives the answer's status. Nothing was saved. */
async function savedBy(page, fields) {
  const before = await shop.call("return get_option('leadtap_settings');");
  const answer = await page.request.post('/wp-admin/admin-post.php', {
    maxRedirects: 0,
    form: { action: 'leadtap_save_settings', address: 'unix:///tmp/evil.sock', enabled: '1', button_text: 'Evil', 'placements[]': 'wp_login', ...fields },
  });
  assert.deepEqual(await shop.call("return get_option('leadtap_settings');"), before);
  return answer.status();
}

scenario('another site cannot make an admin save settings', async () => {
  const page = await arriveAsAdmin();
  await page.goto(SETTINGS);
  assert.equal(await page.locator('form input[name=action]').first().inputValue(), 'leadtap_save_settings');
  assert.equal(await savedBy(page, {}), 403);
  assert.equal(await savedBy(page, { _wpnonce: 'a1b2c3d4e5' }), 403);
});

scenario('WooCommerce is told that its tables of orders and its block checkout are kept to', async () => {
  const { compatible } = await shop.call(`
    return \\Automattic\\WooCommerce\\Utilities\\FeaturesUtil::get_compatible_features_for_plugin('leadtap/leadtap.php');`);
  for (const feature of ['custom_order_tables', 'cart_checkout_blocks']) assert.ok(compatible.includes(feature), feature);
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
      // Not the dashboard, which is slow with all that WooCommerce puts there.
      await page.goto(`${address}/wp-admin/plugins.php`);
      await page.locator('.notice-error').filter({ hasText: /daemon|Instagram/ }).first().waitFor();
      await shot(page, 'admin notice daemon unreachable');
    });
  });
  await look(126);
  assert.equal((await letters()).length, 1);
});
