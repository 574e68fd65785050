// A shopper whom the shop does not know yet.
import assert from 'node:assert/strict';
import { arrive, scenario, shop, shot } from '../lib/scene.mjs';
import { assertLoggedIn, assertLoggedOut, cartCount, continueAs, fillCart, press } from '../lib/instagram.mjs';
import { configure } from '../lib/shop.mjs';
import { finish, form, freshEmail, linkIn, logOut, register, userOf } from '../lib/account.mjs';

scenario('a new shopper is asked for the e-mail, with the name filled in, the consent and the terms', async () => {
  const account = await shop.sandbox.account({ name: 'Ada Lovelace' });
  const page = await arrive();
  await continueAs(page, account);
  await shot(page, 'finish step');
  assert.equal(await form(page).locator('input[type=email]').inputValue(), '', 'Instagram gives no address');
  assert.equal(await form(page).locator('input[type=text]').first().inputValue(), 'Ada Lovelace');
  assert.ok(await form(page).getByText('The shop may write to me about its tea.').isVisible());
  assert.ok(await form(page).getByText(/terms/i).first().isVisible());
  await assertLoggedOut(page);
});

scenario('a new shopper becomes a customer and nothing more, logged in with the cart, and the lead has what they said', async () => {
  const page = await arrive();
  await fillCart(page);
  const account = await shop.sandbox.account({ name: 'Grace Hopper' });
  const email = freshEmail();
  await continueAs(page, account, { from: '/classic-checkout/' });
  await finish(page, { email });
  await page.waitForURL((url) => url.pathname === '/classic-checkout/');
  await assertLoggedIn(page, email);
  assert.equal(await cartCount(page), 1);
  await shot(page, 'after the finish step');
  const user = await userOf(email);
  assert.deepEqual(user.roles, ['customer']);
  assert.equal(user.name, 'Grace Hopper');
  const lead = await shop.lead(account);
  assert.equal(lead.contact.email, email);
  assert.equal(lead.contact.email_verified_time ?? null, null, 'the address counts before it is confirmed');
  assert.equal(lead.consent.text_version, '2026-11');
});

scenario('the e-mail counts as verified once the link in the mail was followed', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  const mail = await shop.mail(email, /confirm/i);
  const link = linkIn(mail);
  await page.goto(link);
  await shot(page, 'confirming the e-mail');
  await press(page, page.getByRole('button', { name: /confirm/i }));
  await page.getByText('Thank you: your email address is confirmed.').first().waitFor();
  await shot(page, 'e-mail confirmed');
  const { contact } = await shop.lead(account);
  assert.ok(contact.email_verified_time, 'the lead does not say so');
  await page.goto(link);
  await page.getByText(/This link cannot be used/).first().waitFor();
  assert.equal(await page.getByRole('button', { name: /confirm/i }).count(), 0, 'the link works twice');
  await shot(page, 'confirmation link used twice');
});

scenario('a program that only looks at the link in the mail confirms nothing', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  const answer = await fetch(linkIn(await shop.mail(email, /confirm/i)));
  await answer.text();
  assert.equal((await shop.lead(account)).contact.email_verified_time ?? null, null);
});

scenario('an e-mail that is none is asked for again, and nothing that was typed is lost', async () => {
  const account = await shop.sandbox.account({ name: 'Alan T' });
  const page = await arrive();
  await continueAs(page, account);
  await form(page).evaluate((element) => { element.noValidate = true; });
  await finish(page, { email: 'not an address', name: 'Alan Turing' });
  await page.locator('[role=alert]').first().waitFor();
  await shot(page, 'finish step refused');
  assert.equal(await form(page).locator('input[type=text]').first().inputValue(), 'Alan Turing');
  assert.equal(await form(page).locator('[name=email]').inputValue(), 'not an address');
  await assertLoggedOut(page);
});

scenario('who does not accept the terms is no customer yet', async () => {
  const account = await shop.sandbox.account();
  const email = freshEmail();
  const page = await arrive();
  await continueAs(page, account);
  await form(page).evaluate((element) => { element.noValidate = true; });
  await finish(page, { email, terms: false });
  await page.locator('[role=alert]').first().waitFor();
  await assertLoggedOut(page);
  assert.equal(await userOf(email), null);
});

scenario('who does not consent is a customer all the same, and the lead has no consent', async () => {
  const page = await arrive();
  const account = await shop.sandbox.account();
  const email = freshEmail();
  await continueAs(page, account);
  await finish(page, { email, consent: false });
  await assertLoggedIn(page, email);
  const lead = await shop.lead(account);
  assert.equal(lead.contact.email, email);
  assert.equal(lead.consent ?? null, null);
});

scenario('where the shop requires the consent, who refuses it gets no account', async () => {
  await configure(shop, { consent_required: true });
  try {
    const page = await arrive();
    const email = freshEmail();
    await continueAs(page, await shop.sandbox.account());
    assert.notEqual(await page.locator('[name=leadtap_consent]').getAttribute('required'), null);
    await form(page).evaluate((element) => { element.noValidate = true; });
    await finish(page, { email, consent: false });
    await page.getByText('Please agree to the text at the checkbox.').first().waitFor();
    assert.equal(await userOf(email), null);
    await assertLoggedOut(page);
    await finish(page, { email });
    await assertLoggedIn(page, email);
  } finally {
    await shop.restoreSettings();
  }
});

scenario('a reload of the finish step shows it again, and sending it twice makes one customer', async () => {
  const account = await shop.sandbox.account();
  const page = await arrive();
  await continueAs(page, account);
  await page.reload();
  const second = await page.context().newPage();
  await second.goto(page.url());
  const email = freshEmail();
  await finish(page, { email });
  await assertLoggedIn(page, email);
  await finish(second, { email });
  await second.waitForURL((url) => !url.search.includes('leadtap='));
  await assertLoggedIn(second, email);
  assert.equal(await shop.call(`return count(get_users(['search' => '${email}', 'search_columns' => ['user_email']]));`), 1);
});

scenario('who comes again after the finish step is known', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, email);
});

