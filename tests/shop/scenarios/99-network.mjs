// A network of two sites, made of the shop. It runs last: there is no way back.
import assert from 'node:assert/strict';
import { assertLoggedIn, assertLoggedOut, button, continueAs, press } from '../lib/instagram.mjs';
import { form, logOut, oldUser, register } from '../lib/account.mjs';
import { configure } from '../lib/shop.mjs';
import { arrive, logInByPassword, scenario, shop, shot } from '../lib/scene.mjs';

const SECOND = '/second';

/** Runs PHP on the second site. */
const there = (code) => shop.call(code, { SHOP_URL: `${shop.url}${SECOND}/` });

scenario('a shop becomes a network, and its second shop is set up like the first', async () => {
  await shop.becomeNetwork(SECOND);
  assert.equal(await there('return get_current_blog_id();'), 2);
  await there("return [activate_plugin('woocommerce/woocommerce.php'), activate_plugin('leadtap/leadtap.php')];");
  await there(await shop.scriptText('furnish.php'));
  await configure({ ...shop, call: there });
  for (const where of ['/my-account/', `${SECOND}/my-account/`]) {
    const page = await arrive();
    await page.goto(where);
    await button(page).waitFor();
    const href = await button(page).getAttribute('href');
    assert.ok(href.startsWith(`${shop.url}${where.replace('my-account/', '?leadtap=start')}`), `${where} leads to ${href}`);
    await shot(page, `network ${where}`);
  }
});

scenario('whose Instagram is linked in one shop is nobody in the other', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await continueAs(page, account, { from: `${SECOND}/my-account/` });
  await form(page).waitFor();
  assert.ok(new URL(page.url()).pathname.startsWith(SECOND), page.url());
  await assertLoggedOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, email);
});

const staff = {
  'staff of the other shop': (id) => there(`return add_user_to_blog(get_current_blog_id(), ${id}, 'shop_manager');`),
  'the administrator of the network': (id) => shop.call(`return grant_super_admin(${id});`),
};
for (const [who, promote] of Object.entries(staff)) {
  scenario(`${who} does not come in by Instagram`, async () => {
    const page = await arrive();
    const { account, email } = await register(page);
    await logOut(page);
    const id = await shop.call(`return get_user_by('email', '${email}')->ID;`);
    assert.equal(await promote(id), true);
    await continueAs(page, account, { outcome: 'staff' });
    await page.getByText(/cannot log in with Instagram/).first().waitFor();
    await assertLoggedOut(page);
  });
}

scenario('who administers one site of a network does not choose the daemon or the roles', async () => {
  const user = await oldUser({ role: 'administrator' });
  const page = await arrive();
  await logInByPassword(page, '/wp-login.php', user);
  await page.goto('/wp-admin/admin.php?page=leadtap-settings');
  assert.ok(await page.locator('[name=address]').isDisabled());
  const before = await shop.call("return get_option('leadtap_settings');");
  await page.locator('[name=button_text]').fill('By Instagram');
  await page.evaluate(() => {
    for (const field of document.querySelectorAll('[name=address], [name="roles[]"]')) field.disabled = false;
    document.querySelector('[name=address]').value = 'unix:///tmp/evil.sock';
    document.querySelector('[name="roles[]"][value=administrator]').checked = true;
  });
  await press(page, page.getByRole('button', { name: 'Save and test' }));
  const after = await shop.call("return get_option('leadtap_settings');");
  assert.equal(after.button_text, 'By Instagram');
  assert.equal(after.address, before.address);
  assert.ok(!after.roles.includes('administrator'));
  await shop.restoreSettings();
});

scenario('the plugin leaves nothing behind in any shop of a network', async () => {
  const ours = () => shop.call(`
    global $wpdb;
    $found = [];
    foreach (get_sites(['fields' => 'ids']) as $site) {
      $found[] = $wpdb->get_col("SELECT option_name FROM {$wpdb->get_blog_prefix($site)}options WHERE option_name LIKE '%leadtap%' AND option_name NOT LIKE '%leadtap_test%'");
    }
    return [
      'options' => $found,
      'sitemeta' => $wpdb->get_col("SELECT meta_key FROM {$wpdb->sitemeta} WHERE meta_key LIKE '%leadtap%'"),
      'usermeta' => $wpdb->get_col("SELECT DISTINCT meta_key FROM {$wpdb->usermeta} WHERE meta_key LIKE '%leadtap%'"),
    ];`);
  const before = await ours();
  assert.ok(before.options.length === 2 && before.options.every((names) => names.includes('leadtap_settings')), 'there was nothing to remove');
  assert.notEqual(before.usermeta.length, 0);
  for (const call of [there, shop.call]) await call("deactivate_plugins('leadtap/leadtap.php'); return true;");
  assert.equal(await shop.call("return uninstall_plugin('leadtap/leadtap.php');", { SHOP_AS: 'admin' }), true);
  assert.deepEqual(await ours(), { options: [[], []], sitemeta: [], usermeta: [] });
});
