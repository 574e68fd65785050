// After all that happened above: no disk of WordPress holds a secret or a token.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { finish, linkIn, oldUser } from '../lib/account.mjs';
import { continueAs, press, tap } from '../lib/instagram.mjs';
import { arrive, scenario, seenSecrets, shop } from '../lib/scene.mjs';
import { APP_SECRET } from '../lib/daemon.mjs';

/** What must be nowhere: the app's secret, every state, code and cookie that a browser saw; what looks like a token. */
function assertHoldsNoSecret(text, where) {
  assert.ok(seenSecrets.size > 20, 'too few logins were seen for this to mean anything');
  for (const secret of [APP_SECRET, ...seenSecrets]) {
    assert.ok(!text.includes(secret), `${where} holds a secret: …${around(text, secret)}…`);
  }
  // How they begin at Instagram; two letters alone also begin one of many hashes of passwords.
  const token = text.match(/\b(IGAA|IGQ[A-Z]|EAA)[A-Z][A-Za-z0-9_-]{20,}/);
  assert.equal(token, null, `${where} holds what looks like a token`);
}

/** Where it stands, without itself. */
const around = (text, secret) => {
  const at = text.indexOf(secret);
  return `${text.slice(Math.max(0, at - 120), at)}[secret]`;
};

scenario("in the middle of logins too WordPress's database holds no secret and no token", async () => {
  const [atInstagram, atFinish, atProof] = [await arrive(), await arrive(), await arrive()];
  await atInstagram.goto('/my-account/');
  await tap(atInstagram);
  await continueAs(atFinish, await shop.sandbox.account());
  const user = await oldUser();
  await continueAs(atProof, await shop.sandbox.account());
  await finish(atProof, { email: user.email });
  await press(atProof, atProof.locator('[name=leadtap_step][value=mail]'));
  const link = new URL(linkIn(await shop.mail(user.email, /Link Instagram/)));
  seenSecrets.add(link.searchParams.get('key'));
  try {
    assertHoldsNoSecret(await shop.database.dump(), 'the database');
  } finally {
    // The mail's own key is no secret to the mail.
    seenSecrets.delete(link.searchParams.get('key'));
  }
  // The search itself is able to find one.
  await shop.call("return update_option('leadtap_test_planted', 'IGAAL' . str_repeat('x', 40));");
  await assert.rejects(async () => assertHoldsNoSecret(await shop.database.dump(), 'the database'), /looks like a token/);
  await shop.call("return delete_option('leadtap_test_planted');");
});

scenario("WordPress's database holds no secret and no token", async () => {
  const dump = await shop.database.dump();
  assert.ok(dump.includes('leadtap_settings') && dump.includes('admin@shop.example'), 'this is not the database');
  assertHoldsNoSecret(dump, 'the database');
});

scenario("WordPress's and WooCommerce's logs hold no secret and no token", async () => {
  const folder = path.join(shop.root, 'wp-content');
  const logs = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.log'));
  for (const name of logs) assertHoldsNoSecret(await readFile(path.join(folder, name), 'utf8'), name);
  assert.ok(logs.some((name) => name.includes('leadtap')), 'the plugin logged nothing');
  assertHoldsNoSecret(await shop.allComplaints(), "PHP's log");
});

scenario("the daemon's log holds no secret and no token", async () => {
  assertHoldsNoSecret(shop.daemon.log().join('\n'), "the daemon's log");
});

scenario('the mails hold no secret and no token', async () => {
  const folder = path.join(shop.folder, 'mails');
  for (const name of await readdir(folder)) assertHoldsNoSecret(await readFile(path.join(folder, name), 'utf8'), name);
});
