// WooCommerce > Instagram leads, and where else an admin meets a lead.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { arrive, arriveAsAdmin, scenario, shop, shot } from '../lib/scene.mjs';
import { comeByHand, press } from '../lib/instagram.mjs';
import { ahead } from '../lib/faketime.mjs';
import { until } from '../lib/process.mjs';
import { configure } from '../lib/shop.mjs';
import { register, userOf } from '../lib/account.mjs';

// What LeadFinder::PAGE_SIZE says.
const LEADS_A_PAGE = 25;
const LEADS = '/wp-admin/admin.php?page=leadtap-leads';

async function leadOfANewShopper(fields) {
  const page = await arrive();
  return register(page, { account: await shop.sandbox.account(fields) });
}
const rows = (page) => page.locator('table.leadtap-leads tbody tr');

scenario('the leads come from the daemon: a table with search, a filter and a chart of days', async () => {
  const page = await arriveAsAdmin();
  /** How many new leads the chart's newest day has. */
  const newLeads = async () => {
    await page.goto(LEADS);
    const today = page.locator('.leadtap-chart table tbody tr').first();
    return Number(await today.locator('td').nth(1).textContent());
  };
  const before = await newLeads();
  const { account, email } = await leadOfANewShopper({ name: 'Mary Quant' });
  shop.proxy.forget();
  assert.equal(await newLeads(), before + 1);
  assert.ok(shop.proxy.calls.includes('LeadService/ListLeads'), 'they come from elsewhere');
  await shot(page, 'admin leads');
  await page.getByLabel(/Username, name/).fill(account.username);
  await press(page, page.getByRole('button', { name: 'Show', exact: true }));
  assert.equal(await rows(page).count(), 1);
  const text = await rows(page).innerText();
  for (const expected of [email, 'Mary Quant', account.username, 'not confirmed', 'Business']) assert.ok(text.includes(expected), expected);
  assert.ok(await page.locator('.leadtap-chart svg').isVisible());
  await page.getByLabel('Account', { exact: true }).selectOption('creator').catch(() => page.getByLabel('Account', { exact: true }).selectOption({ index: 2 }));
  await press(page, page.getByRole('button', { name: 'Show', exact: true }));
  await page.getByText('No lead is like that.').waitFor();
  assert.equal(await rows(page).count(), 0);
  await shot(page, 'admin leads none found');
});

scenario('the list has pages, forward and back', async () => {
  const page = await arriveAsAdmin();
  await page.goto(LEADS);
  for (let count = await rows(page).count(); count <= LEADS_A_PAGE; count += 1) await comeByHand(await shop.sandbox.account());
  await page.goto(LEADS);
  const next = page.getByRole('link', { name: 'Next page' });
  assert.ok(await next.isVisible(), 'there are not enough leads for two pages');
  const first = await rows(page).first().innerText();
  await press(page, next);
  assert.match(page.url(), /after=/);
  assert.notEqual(await rows(page).first().innerText(), first);
  await press(page, page.getByRole('link', { name: 'Previous page' }));
  assert.equal(await rows(page).first().innerText(), first);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /Export all as CSV/ }).click()]);
  const csv = await readFile(await download.path(), 'utf8');
  assert.ok(csv.trim().split('\n').length > LEADS_A_PAGE + 1, 'the export ends with the first page');
});

scenario('one lead shows what is known, and never a token', async () => {
  const { account, email } = await leadOfANewShopper();
  const page = await arriveAsAdmin();
  await page.goto(`${LEADS}&search=${account.username}`);
  await press(page, rows(page).getByRole('link').first());
  assert.match(page.url(), /lead=/);
  await shot(page, 'admin lead');
  const text = await page.locator('body').innerText();
  for (const expected of [email, account.user_id, account.id, 'Working']) assert.ok(text.includes(expected), expected);
  assert.doesNotMatch(await page.content(), /IGAA|EAA[A-Z]/);
});

scenario('the leads are exported as CSV, without what a spreadsheet would run', async () => {
  const { account, email } = await leadOfANewShopper({ name: '=HYPERLINK("https://evil.example")' });
  const page = await arriveAsAdmin();
  await page.goto(`${LEADS}&search=${account.username}`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /Export these as CSV/ }).click()]);
  const csv = await readFile(await download.path(), 'utf8');
  assert.match(csv, new RegExp(email));
  assert.doesNotMatch(csv, /(^|,)"?=HYPERLINK/m);
  assert.equal(csv.trim().split('\n').length, 2);
});

scenario('a lead is erased: in the daemon, and its link with the account; the account stays', async () => {
  const { account, email } = await leadOfANewShopper();
  const page = await arriveAsAdmin();
  await page.goto(`${LEADS}&search=${account.username}`);
  await press(page, rows(page).getByRole('link').first());
  assert.match(page.url(), /lead=/);
  await page.getByLabel(/Yes, erase everything/).check();
  await page.getByRole('button', { name: 'Erase this lead' }).click();
  await page.waitForURL((url) => !url.search.includes('lead='));
  await shot(page, 'admin lead erased');
  await assert.rejects(shop.lead(account));
  const { roles, meta } = await userOf(email);
  assert.deepEqual(roles, ['customer']);
  assert.deepEqual(Object.keys(meta).filter((key) => /link$|_ig_/.test(key)), []);
});

scenario('the lead is on the profile of its user and on their orders', async () => {
  const { account, email } = await leadOfANewShopper();
  const { id } = await userOf(email);
  const page = await arriveAsAdmin();
  await page.goto(`/wp-admin/user-edit.php?user_id=${id}`);
  await page.getByText(account.username).first().waitFor();
  await shot(page, 'admin profile of a user');
  const order = await shop.call(`
    if (function_exists('wc_create_order')) { $order = wc_create_order(['customer_id' => ${id}]); return ['url' => $order->get_edit_order_url()]; }
    $id = wp_insert_post(['post_type' => 'shop_order', 'post_status' => 'publish', 'post_title' => 'Order', 'meta_input' => ['_customer_user' => ${id}]]);
    return ['url' => admin_url("post.php?post={$id}&action=edit")];`);
  await page.goto(order.url);
  await page.getByText(account.username).first().waitFor();
  await shot(page, 'admin order');
});

scenario('while the daemon is down the admin pages say so, and stay pages', async () => {
  const { email } = await leadOfANewShopper();
  const { id } = await userOf(email);
  const page = await arriveAsAdmin();
  await shop.proxy.down(async () => {
    const answer = await page.goto(LEADS);
    assert.equal(answer.status(), 200);
    await page.getByRole('link', { name: 'Test the connection' }).first().waitFor();
    await shot(page, 'admin leads daemon down');
    assert.equal((await page.goto(`/wp-admin/user-edit.php?user_id=${id}`)).status(), 200);
  });
});

scenario('who removes the app at Instagram: the token ends, signed by Meta alone', async () => {
  const { account } = await leadOfANewShopper();
  const { state } = (await shop.lead(account)).token;
  const forged = await shop.sandbox.signedRequest({ account: account.username, url: shop.urls.deauthorize, forged: true });
  assert.equal(forged.answer.status, 400);
  assert.equal((await shop.lead(account)).token.state, state, 'a signature that is not Meta\'s is taken');
  const sent = await shop.sandbox.signedRequest({ account: account.username, url: shop.urls.deauthorize });
  assert.equal(sent.answer.status, 200);
  assert.notEqual((await shop.lead(account)).token?.state, state);
});

scenario('who asks Meta for deletion: erased here too, with a page that says so and nothing about the person', async () => {
  const { account, email } = await leadOfANewShopper();
  const sent = await shop.sandbox.signedRequest({ account: account.username, url: shop.urls.deletion, padded: true });
  assert.equal(sent.answer.status, 200);
  const { url, confirmation_code: code } = JSON.parse(sent.answer.body);
  assert.ok(url.includes(code));
  await assert.rejects(shop.lead(account));
  const page = await arrive();
  const answer = await page.goto(url);
  assert.equal(answer.status(), 200);
  await shot(page, 'deletion status');
  const text = await page.locator('body').innerText();
  for (const secret of [account.username, email, account.user_id]) assert.ok(!text.includes(secret));
  assert.deepEqual(Object.keys((await userOf(email)).meta).filter((key) => /link$|_ig_/.test(key)), []);
  await page.goto(url.replace(code, 'ABCDEFGH12345678'));
  await shot(page, 'deletion status unknown');
});

scenario("Meta's callbacks work while the login is switched off, and refuse what is not a POST of Meta's", async () => {
  const { account } = await leadOfANewShopper();
  await configure(shop, { enabled: false });
  try {
    for (const url of [shop.urls.deauthorize, shop.urls.deletion]) {
      assert.notEqual((await fetch(url)).status, 200, 'it answers a GET');
      assert.equal((await fetch(url, { method: 'POST', body: new URLSearchParams({ signed_request: 'a.b' }) })).status, 400);
      assert.equal((await fetch(url, { method: 'POST', body: new URLSearchParams({ 'signed_request[]': 'a.b' }) })).status, 400);
    }
    const sent = await shop.sandbox.signedRequest({ account: account.username, url: shop.urls.deletion });
    assert.equal(sent.answer.status, 200);
    await assert.rejects(shop.lead(account));
  } finally {
    await shop.restoreSettings();
  }
});

scenario('tokens that end soon are told of in a notice and a letter, once', async () => {
  const { account } = await leadOfANewShopper();
  const letters = async () => (await shop.mailsTo('admin@shop.example')).filter(({ message }) => /access tokens? ends? within seven days/.test(message));
  const days = 55 * 24 * 60;
  const look = (minutes) => shop.call("do_action('leadtap_watch'); return get_option('leadtap_watch');", { SHOP_AS: 'cron', ...ahead(minutes) });
  await shop.sandbox.misbehaving(account, { refresh_failure: 'server_error' }, () => shop.daemon.later(days, async () => {
    await until('the daemon to count the tokens', async () => (await look(days)).expiring > 0, 15_000);
    assert.equal((await letters()).length, 1);
    await look(days + 61);
    assert.equal((await letters()).length, 1);
    const page = await arriveAsAdmin();
    await page.goto('/wp-admin/');
    await page.locator('.notice-error').filter({ hasText: /within seven days/ }).first().waitFor();
    await shot(page, 'admin notice tokens end');
  }));
  await shop.call("return delete_option('leadtap_watch');");
});

scenario("WordPress's exporter of personal data reaches the daemon, its eraser too", async () => {
  const { account, email } = await leadOfANewShopper();
  const shopper = await shop.mail(email, /confirm/i);
  assert.ok(shopper);
  const exported = await shop.call(`
    $found = [];
    foreach (apply_filters('wp_privacy_personal_data_exporters', []) as $key => $exporter) {
      if (strpos($key, 'leadtap') !== false) { $found[] = call_user_func($exporter['callback'], '${email}', 1); }
    }
    return $found;`, { SHOP_AS: 'admin' });
  assert.match(JSON.stringify(exported), new RegExp(account.username));
  const erased = await shop.call(`
    $found = [];
    foreach (apply_filters('wp_privacy_personal_data_erasers', []) as $key => $eraser) {
      if (strpos($key, 'leadtap') !== false) { $found[] = call_user_func($eraser['callback'], '${email}', 1); }
    }
    return $found;`, { SHOP_AS: 'admin' });
  assert.match(JSON.stringify(erased), /"items_removed":(true|[1-9])/);
  await assert.rejects(shop.lead(account));
});

scenario('the policy guide suggests a text', async () => {
  const page = await arriveAsAdmin();
  await page.goto('/wp-admin/options-privacy.php?tab=policyguide');
  await page.getByText(/Instagram/).first().waitFor({ state: 'attached' });
});
