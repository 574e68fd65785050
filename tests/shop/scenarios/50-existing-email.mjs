// The e-mail address that a new shopper gives is one that an account has.
import assert from 'node:assert/strict';
import { arrive, logInByPassword, scenario, shop, shot } from '../lib/scene.mjs';
import { assertLoggedIn, assertLoggedOut, continueAs, fillCart, press } from '../lib/instagram.mjs';
import { finish, form, linkIn, logOut, oldUser, register, userOf } from '../lib/account.mjs';

/** Somebody who came from Instagram and says they have the address of `user`. */
async function claim(user) {
  const page = await arrive();
  const account = await shop.sandbox.account();
  await continueAs(page, account);
  await finish(page, { email: user.email });
  await page.locator('form.leadtap-prove').first().waitFor();
  return { page, account };
}

const isLinked = async (user) => Object.keys((await userOf(user.email)).meta).some((key) => /link$|ig_/.test(key));

scenario('the e-mail of an existing account logs nobody in and links nothing (CVE-2024-9893, -9946, -10020, -10961, -9488, -9501, -10097, CVE-2025-7444, CVE-2026-41574)', async () => {
  const user = await oldUser();
  const { page } = await claim(user);
  await assertLoggedOut(page);
  assert.equal(await isLinked(user), false);
  await shot(page, 'e-mail of an existing account');
});

scenario("that account's password proves it: linked and logged in, and known from then on", async () => {
  const user = await oldUser();
  const { page, account } = await claim(user);
  await form(page).locator('input[type=password]').fill(user.password);
  await press(page, form(page).locator('[name=leadtap_step]'));
  await page.waitForURL((url) => !url.search.includes('leadtap='));
  await assertLoggedIn(page, user.email);
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, user.email);
});

scenario('a wrong password proves nothing', async () => {
  const user = await oldUser();
  const { page } = await claim(user);
  await form(page).locator('input[type=password]').fill('a guess');
  await form(page).locator('[name=leadtap_step]').click();
  await page.getByText('This is not the password of that account.').first().waitFor();
  await shot(page, 'wrong password at the proof');
  await assertLoggedOut(page);
  assert.equal(await isLinked(user), false);
});

scenario('a link that is mailed to the address proves it', async () => {
  const user = await oldUser();
  const { page, account } = await claim(user);
  await page.getByRole('button', { name: /mail/i }).click();
  const mail = await shop.mail(user.email, /Link Instagram/);
  await shot(page, 'mail is sent');
  await page.goto(linkIn(mail));
  await shot(page, 'link from the mail');
  await page.getByRole('button', { name: /link/i }).first().click();
  await page.waitForURL((url) => !url.search.includes('leadtap='));
  await assertLoggedIn(page, user.email);
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, user.email);
});

scenario('the mailed link does nothing in another browser, whoever follows it', async () => {
  const user = await oldUser();
  const { page } = await claim(user);
  await page.getByRole('button', { name: /mail/i }).click();
  const link = linkIn(await shop.mail(user.email, /Link Instagram/));
  const victim = await arrive();
  await victim.goto(link);
  await shot(victim, 'link from the mail in another browser');
  assert.equal(await victim.getByRole('button', { name: /link/i }).count(), 0);
  await assertLoggedOut(victim);
  await assertLoggedOut(page);
  assert.equal(await isLinked(user), false);
});

scenario('the e-mail of an administrator is never linked: not by the password, not by a mail', async () => {
  const user = await oldUser({ role: 'administrator' });
  const { page } = await claim(user);
  await shot(page, 'e-mail of an administrator');
  await page.locator('#leadtap_password').fill(user.password);
  await page.locator('[name=leadtap_step][value=password]').click();
  await page.getByText(/cannot log in with Instagram/).first().waitFor();
  await assertLoggedOut(page);
  const { page: second } = await claim(user);
  await second.locator('[name=leadtap_step][value=mail]').click();
  await second.getByText(/We sent a link/).first().waitFor();
  await assertLoggedOut(second);
  assert.equal(await isLinked(user), false);
  assert.deepEqual(await shop.mailsTo(user.email), []);
});

scenario('who became staff after the mail was sent is not linked by it', async () => {
  const user = await oldUser();
  const { page } = await claim(user);
  await page.getByRole('button', { name: /mail/i }).click();
  const link = linkIn(await shop.mail(user.email, /Link Instagram/));
  await shop.call(`get_userdata(${user.id})->set_role('shop_manager'); return true;`);
  await page.goto(link);
  await press(page, page.getByRole('button', { name: /link/i }).first());
  await page.getByText(/cannot log in with Instagram/).first().waitFor();
  await assertLoggedOut(page);
  assert.equal(await isLinked(user), false);
});

scenario('a link mailed for one account proves no other that is named in another tab after it was sent', async () => {
  const [own, victim] = [await oldUser(), await oldUser()];
  const page = await arrive();
  await continueAs(page, await shop.sandbox.account());
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await finish(page, { email: own.email });
  await press(page, page.locator('[name=leadtap_step][value=mail]'));
  const link = linkIn(await shop.mail(own.email, /Link Instagram/));
  await finish(tab, { email: victim.email });
  await tab.locator('form.leadtap-prove').first().waitFor();
  await page.goto(link);
  await shot(page, 'link mailed for another account');
  await page.getByText(/This link from our email cannot be used/).first().waitFor();
  await assertLoggedOut(page);
  for (const user of [own, victim]) assert.equal(await isLinked(user), false);
});

scenario('who made an account with the address of somebody else loses it when the owner sets a password', async () => {
  const attacker = await arrive();
  const { account, email } = await register(attacker);
  await fillCart(attacker);
  const owner = await arrive();
  await owner.goto('/wp-login.php?action=lostpassword');
  await owner.locator('#user_login').fill(email);
  await press(owner, owner.locator('#wp-submit'));
  const { message } = await shop.mail(email, /action=rp|password reset/i);
  await owner.goto(message.match(/https?:\/\/[^\s"<>]*(?:action=rp|reset-link)[^\s"<>]*/)[0].replaceAll('&#038;', '&').replaceAll('&amp;', '&'));
  // The page's own script puts a password there first.
  await owner.waitForFunction(() => document.querySelector('#pass1').value !== '');
  await owner.locator('#pass1').fill('the password of the owner 1');
  const weak = owner.locator('.pw-weak input');
  if (await weak.isVisible().catch(() => false)) await weak.check();
  await press(owner, owner.locator('#wp-submit'));
  await owner.getByText(/password has been reset/).first().waitFor();
  await assertLoggedOut(attacker);
  await continueAs(attacker, account);
  await form(attacker).waitFor();
  await assertLoggedOut(attacker);
  await logInByPassword(owner, '/my-account/', { username: email, password: 'the password of the owner 1' });
  await assertLoggedIn(owner, email);
});

scenario('guesses at a password end after some, for whoever has the Instagram account', async () => {
  const user = await oldUser();
  const { page } = await claim(user);
  const password = page.locator('#leadtap_password');
  const tooMany = page.getByText(/Too many attempts/);
  const say = async (what) => {
    await password.fill(what);
    await press(page, page.locator('[name=leadtap_step][value=password]'));
    assert.equal(await password.inputValue(), '');
  };
  for (let guess = 0; guess < 15 && await tooMany.count() === 0; guess += 1) await say(`guess ${guess}`);
  await tooMany.first().waitFor();
  await shot(page, 'too many guesses');
  await say(user.password);
  await assertLoggedOut(page);
});

scenario('who owns no account of that address learns from the answer no more than that there is one', async () => {
  const user = await oldUser();
  const { page } = await claim(user);
  const text = await page.locator('body').innerText();
  assert.doesNotMatch(text, new RegExp(user.username.replace(/[^a-z0-9]/gi, '.') + '(?!@)'));
});
