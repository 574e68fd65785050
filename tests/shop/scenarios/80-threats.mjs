// What went wrong in other plugins, so that it cannot here.
import assert from 'node:assert/strict';
import { arrive, scenario, shop, shot } from '../lib/scene.mjs';
import { allow, assertLoggedIn, assertLoggedOut, back, callbackOf, continueAs, fillCart, tap } from '../lib/instagram.mjs';
import { finish, form, freshEmail, logOut, oldUser, register, userOf } from '../lib/account.mjs';
import { configure } from '../lib/shop.mjs';

const get = async (path, headers = {}) => {
  const answer = await fetch(new URL(path, shop.url), { redirect: 'manual', headers });
  return { status: answer.status, location: answer.headers.get('location'), headers: answer.headers, text: await answer.text() };
};

scenario("another browser's callback logs nobody in: not the attacker, not the victim (CVE-2025-68158, CVE-2025-68481)", async () => {
  const attacker = await arrive();
  const { account, email } = await register(attacker);
  await logOut(attacker);
  await attacker.goto('/my-account/');
  await tap(attacker);
  const callback = await callbackOf(attacker, account);
  const victim = await arrive();
  const own = await register(victim);
  await logOut(victim);
  await victim.goto('/my-account/');
  await tap(victim);
  const window = victim.url();
  await victim.goto(callback);
  await victim.getByText(/began in another browser/).first().waitFor();
  await assertLoggedOut(victim);
  // Neither's own login was harmed.
  await victim.goto(window);
  await allow(victim, own.account);
  await back(victim);
  await assertLoggedIn(victim, own.email);
  await attacker.goto(callback);
  await back(attacker);
  await assertLoggedIn(attacker, email);
});

scenario("another browser's callback leaves a logged-in victim who they are, with nothing linked", async () => {
  const attacker = await arrive();
  const account = await shop.sandbox.account();
  await attacker.goto('/my-account/');
  await tap(attacker);
  const callback = await callbackOf(attacker, account);
  const victim = await arrive();
  const { email } = await register(victim);
  const before = await userOf(email);
  await victim.goto(callback);
  await assertLoggedIn(victim, email);
  assert.deepEqual(await userOf(email), before);
});

scenario('a callback is replayed by whoever found it in a log: it logs nobody in', async () => {
  const shopper = await arrive();
  const { account } = await register(shopper);
  await logOut(shopper);
  await shopper.goto('/my-account/');
  await tap(shopper);
  const callback = await callbackOf(shopper, account);
  await shopper.goto(callback);
  const thief = await arrive();
  await fillCart(thief);
  await thief.goto(callback);
  await thief.getByText(/began in another browser/).first().waitFor();
  await assertLoggedOut(thief);
});

scenario('the identity comes from the daemon, never from the request (CVE-2025-5821, CVE-2025-13613, CVE-2025-54738, CVE-2021-24175, CVE-2021-24647, CVE-2023-2982)', async () => {
  const victim = await oldUser();
  const page = await arrive();
  const account = await shop.sandbox.account();
  await page.goto('/my-account/');
  await tap(page);
  const callback = await callbackOf(page, account);
  const claims = new URLSearchParams({ user_id: String(victim.id), user: String(victim.id), email: victim.email, id: '1', user_login: 'admin', login: 'admin' });
  await page.goto(`${callback}&${claims}`);
  await form(page).waitFor();
  await assertLoggedOut(page);
  const email = freshEmail();
  await form(page).evaluate((element, claimed) => {
    for (const [name, value] of claimed) element.insertAdjacentHTML('beforeend', `<input type="hidden" name="${name}" value="${value}">`);
  }, [...claims.entries()].filter(([name]) => name !== 'email'));
  await finish(page, { email });
  await assertLoggedIn(page, email);
  // Who is known already claims the same.
  await logOut(page);
  await page.goto('/my-account/');
  await tap(page);
  await page.goto(`${await callbackOf(page, account)}&${claims}`);
  await back(page);
  await assertLoggedIn(page, email);
});

scenario('the role from the request is ignored (CVE-2024-6636, CVE-2026-27542)', async () => {
  const page = await arrive();
  await continueAs(page, await shop.sandbox.account());
  const email = freshEmail();
  await form(page).evaluate((element) => {
    for (const name of ['role', 'user_role', 'roles[]', 'wp_capabilities[administrator]', 'meta_input[wp_capabilities][administrator]']) {
      element.insertAdjacentHTML('beforeend', `<input type="hidden" name="${name}" value="administrator">`);
    }
  });
  await finish(page, { email });
  await assertLoggedIn(page, email);
  assert.deepEqual((await userOf(email)).roles, ['customer']);
});

scenario('the feature switched off means the routes are gone (CVE-2024-7781)', async () => {
  const names = await shop.call(`
    $names = array_merge(
      array_keys((new \\Leadtap\\WooCommerce\\Services\\LoginServices())->routes()),
      array_keys((new \\Leadtap\\WooCommerce\\Services\\AccountServices())->routes())
    );
    sort($names);
    return $names;`);
  assert.deepEqual(names, ['account', 'callback', 'confirm', 'finish', 'prove', 'start']);
  const page = await arrive();
  const { account } = await register(page);
  await logOut(page);
  await page.goto('/my-account/');
  await tap(page);
  const callback = await callbackOf(page, account);
  const { search } = new URL(callback);
  await assertLoggedOut(page);
  /** What a browser with a login under way is answered at each of them. */
  const statuses = async (...places) => {
    const answers = {};
    for (const name of names) {
      for (const path of places.map((place) => `${place.replace('NAME', name)}${search.slice(1)}`)) {
        for (const method of ['GET', 'POST']) {
          // The callback itself is for the browser, below: it is good once.
          if (name === 'callback' && method === 'GET') continue;
          const answer = await page.request.fetch(path, { method, maxRedirects: 0 });
          answers[`${method} ${path}`] = answer.status();
          // WooCommerce says of its own pages that they are private, in the place of what was said before.
          assert.match(answer.headers()['cache-control'] ?? '', answer.status() === 404 ? /no-store/ : /no-store|private/, path);
        }
      }
    }
    return answers;
  };
  assert.deepEqual(Object.entries(await statuses('/my-account/?leadtap=NAME&')).filter(([, status]) => status === 404), [], 'they are gone while the feature is on');
  await configure(shop, { enabled: false });
  try {
    shop.proxy.forget();
    assert.deepEqual(Object.entries(await statuses('/my-account/?leadtap=NAME&', '/?leadtap=NAME&', '/leadtap/NAME/?')).filter(([, status]) => status !== 404), []);
    assert.equal((await page.goto(callback)).status(), 404);
    // What the finish step said of a lead may still be on its way.
    assert.deepEqual(shop.proxy.calls.filter((call) => call.startsWith('LoginService/')), []);
    await assertLoggedOut(page);
    await page.goto('/my-account/');
    // By its class: Twenty Twenty-Four links to Instagram at the foot of every page.
    assert.equal(await page.locator('.leadtap-button').count(), 0);
  } finally {
    await shop.restoreSettings();
  }
});

scenario('a forged redirect target leads back to the shop', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  for (const target of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'https:/evil.example', `${shop.url}@evil.example/`, 'javascript:alert(1)', '/%0d%0aLocation:%20https://evil.example', `${shop.url}.evil.example/`, `/wp-login.php?action=logout`, '/\r\nLocation: https://evil.example/\r\n']) {
    await logOut(page);
    await page.goto('/my-account/');
    await page.goto(`/?leadtap=start&return_to=${encodeURIComponent(target)}`);
    await page.waitForURL(`${shop.sandbox.address}/**`);
    await allow(page, account);
    await page.waitForURL((url) => !url.href.startsWith(shop.sandbox.address));
    assert.equal(new URL(page.url()).origin, shop.url, `${target} led to ${page.url()}`);
    await assertLoggedIn(page, email);
  }
});

scenario('a cached page served to two visitors logs each in as themselves', async () => {
  const cached = (await get('/my-account/')).text;
  const visitors = [];
  for (let i = 0; i < 2; i += 1) {
    const page = await arrive();
    const { account, email } = await register(page);
    await logOut(page);
    await page.route(`${shop.url}/my-account/`, (route) => route.fulfill({ body: cached, contentType: 'text/html' }));
    visitors.push({ page, account, email });
  }
  for (const { page } of visitors) {
    await page.goto('/my-account/');
    await tap(page);
  }
  const states = visitors.map(({ page }) => new URL(page.url()).searchParams.get('state'));
  assert.notEqual(states[0], states[1], 'both got one state');
  for (const { page, account } of visitors) await allow(page, account);
  for (const { page, email } of visitors) {
    await back(page);
    await assertLoggedIn(page, email);
  }
});

scenario('every route of the plugin says that nobody may keep its answer', async () => {
  for (const path of ['/?leadtap=start', '/?leadtap=callback', '/leadtap/callback/', '/?leadtap=finish', '/?leadtap=nothing', '/leadtap/deauthorize/', '/leadtap/deletion/']) {
    const { headers } = await get(path);
    assert.match(headers.get('cache-control') ?? '', /no-store/, path);
  }
});

for (const role of ['administrator', 'shop_manager', 'editor']) {
  scenario(`staff is refused by default: ${role}`, async () => {
    const page = await arrive();
    const { account, email } = await register(page);
    await shop.call(`get_user_by('email', '${email}')->set_role('${role}'); return true;`);
    await logOut(page);
    await continueAs(page, account, { outcome: 'staff' });
    await page.getByText(/cannot log in with Instagram/).first().waitFor();
    await shot(page, `staff refused ${role}`);
    await assertLoggedOut(page);
  });
}

scenario('a customer who has a right of staff beside is refused too', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await shop.call(`get_user_by('email', '${email}')->add_cap('manage_options'); return true;`);
  await logOut(page);
  await continueAs(page, account, { outcome: 'staff' });
  await page.getByText(/cannot log in with Instagram/).first().waitFor();
  await assertLoggedOut(page);
});

scenario('an option names the roles that may', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await shop.call(`get_user_by('email', '${email}')->set_role('editor'); return true;`);
  await logOut(page);
  await configure(shop, { roles: ['customer', 'subscriber', 'editor'] });
  try {
    await continueAs(page, account);
    await assertLoggedIn(page, email);
  } finally {
    await shop.restoreSettings();
  }
});

scenario('nobody is staff by a link made earlier: who becomes an administrator is refused at the next login', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await shop.call(`get_user_by('email', '${email}')->set_role('administrator'); return true;`);
  await continueAs(page, account, { outcome: 'staff' });
  await page.getByText(/cannot log in with Instagram/).first().waitFor();
  await assertLoggedOut(page);
});

scenario('a state that is a constant, or good without a record of it, is refused (CVE-2025-68481)', async () => {
  const page = await arrive();
  const { account } = await register(page);
  await logOut(page);
  await page.goto('/my-account/');
  await tap(page);
  const callback = new URL(await callbackOf(page, account));
  for (const state of ['', 'leadtap', 'A'.repeat(43)]) {
    callback.searchParams.set('state', state);
    await page.goto(callback.href);
    await page.getByText(/began in another browser/).first().waitFor();
    await assertLoggedOut(page);
  }
});

scenario('a second tab does not end what the first began', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await page.goto('/my-account/');
  await tap(page);
  const second = await page.context().newPage();
  await second.goto('/my-account/');
  await tap(second);
  await allow(page, account);
  await back(page);
  await assertLoggedIn(page, email);
});

scenario("the e-mail that somebody wrote into their profile at the shop is no proof: it logs in by the ids alone", async () => {
  const victim = await oldUser();
  const page = await arrive();
  const { account, email } = await register(page);
  await shop.call(`return wp_update_user(['ID' => get_user_by('email', '${email}')->ID, 'user_email' => 'moved-${email}']);`);
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, `moved-${email}`);
  assert.notEqual(victim.email, email);
});

scenario('the form of the finish step cannot be sent by another site for a visitor', async () => {
  const page = await arrive();
  await continueAs(page, await shop.sandbox.account());
  const email = freshEmail();
  const { action, token } = await form(page).evaluate((element) => ({ action: element.action, token: element.querySelector('[name=leadtap_token]').value }));
  const fields = { email, leadtap_terms: '1', leadtap_consent: '1', leadtap_step: 'create' };
  // Another site has no token; a stranger who has it has not the cookie.
  const answer = await page.request.post(action, { form: fields, headers: { Origin: 'https://evil.example' } });
  assert.match(await answer.text(), /This form was not sent from here/);
  assert.equal(await userOf(email), null);
  const stranger = await arrive();
  await stranger.request.post(action, { form: { ...fields, leadtap_token: token } });
  assert.equal(await userOf(email), null);
  await page.request.post(action, { form: { ...fields, leadtap_token: token } });
  assert.notEqual(await userOf(email), null, 'not even the shopper can send it');
});

scenario('what comes back from Instagram is escaped wherever it is shown', async () => {
  const name = '<img src=x onerror=alert(1)>"\'';
  const account = await shop.sandbox.account({ name });
  const page = await arrive();
  let alarmed = false;
  page.on('dialog', (dialog) => { alarmed = true; return dialog.dismiss(); });
  await continueAs(page, account);
  await form(page).waitFor();
  await finish(page, { email: freshEmail() });
  await page.goto('/my-account/edit-account/');
  await page.goto(`/my-account/?leadtap_outcome=${encodeURIComponent('<script>alert(1)</script>')}`);
  await page.goto(`${shop.urls.callback}?error=${encodeURIComponent('<script>alert(1)</script>')}&error_description=${encodeURIComponent('<img src=x onerror=alert(1)>')}`);
  assert.equal(alarmed, false);
});
