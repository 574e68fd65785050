// Linking and unlinking under My account > Account details.
import assert from 'node:assert/strict';
import { arrive, logInByPassword, scenario, shop, shot } from '../lib/scene.mjs';
import { allow, assertLoggedIn, assertLoggedOut, back, cancel, continueAs, press } from '../lib/instagram.mjs';
import { form, logOut, oldUser, register } from '../lib/account.mjs';

const DETAILS = '/my-account/edit-account/';
const linkButton = (page) => page.getByRole('link', { name: /(Link|Connect).*Instagram/i }).or(page.getByRole('button', { name: /(Link|Connect).*Instagram/i })).first();
const unlinkButton = (page) => page.locator('[name=leadtap_do][value=unlink]');

async function customer() {
  const user = await oldUser();
  const page = await arrive();
  await logInByPassword(page, '/my-account/', user);
  await page.goto(DETAILS);
  return { page, user };
}

async function link(page, account, outcome) {
  await linkButton(page).click();
  await page.waitForURL(`${shop.sandbox.address}/**`);
  await allow(page, account);
  await back(page, outcome);
}

scenario('a logged-in shopper links Instagram and logs in with it from then on', async () => {
  const { page, user } = await customer();
  await shot(page, 'account details without Instagram');
  const account = await shop.sandbox.account();
  await link(page, account);
  await shot(page, 'account details linked');
  await page.getByText(account.username).first().waitFor();
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, user.email);
});

scenario('who has a password unlinks, and Instagram logs them in no more', async () => {
  const { page, user } = await customer();
  const account = await shop.sandbox.account();
  await link(page, account);
  await page.goto(DETAILS);
  await press(page, unlinkButton(page));
  await page.getByText('Instagram is no longer linked to your account.').first().waitFor();
  await shot(page, 'account details unlinked');
  await assertLoggedIn(page, user.email);
  await logOut(page);
  await continueAs(page, account);
  await form(page).waitFor();
  await assertLoggedOut(page);
});

scenario('unlinking locks nobody out: who has no password is asked to set one first', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await page.goto(DETAILS);
  await shot(page, 'account details without a password');
  // The browser's own check would keep the form from being sent.
  await unlinkButton(page).evaluate((element) => { element.form.noValidate = true; });
  await press(page, unlinkButton(page));
  await page.getByText(/Set one first/).first().waitFor();
  assert.ok(await unlinkButton(page).isVisible(), 'it is unlinked');
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, email);
});

scenario('who has no password sets one with unlinking, and logs in with it', async () => {
  const page = await arrive();
  const { account, email } = await register(page);
  await page.goto(DETAILS);
  await page.locator('[name=leadtap_password]').fill('a password of my own 1');
  await page.locator('[name=leadtap_password_again]').fill('a password of my own 1');
  await press(page, unlinkButton(page));
  await linkButton(page).waitFor();
  await assertLoggedIn(page, email);
  await logOut(page);
  await continueAs(page, account);
  await form(page).waitFor();
  await assertLoggedOut(page);
  await logInByPassword(page, '/my-account/', { username: email, password: 'a password of my own 1' });
  await page.locator('a[href*=logout]').first().waitFor({ state: 'attached' });
  await assertLoggedIn(page, email);
});

scenario('who changes their mind in the window finds the account details as they were', async () => {
  const { page, user } = await customer();
  await linkButton(page).click();
  await page.waitForURL(`${shop.sandbox.address}/**`);
  await cancel(page);
  await back(page, 'declined');
  await shot(page, 'linking declined');
  await assertLoggedIn(page, user.email);
  await page.goto(DETAILS);
  assert.ok(await linkButton(page).isVisible());
});

scenario('an Instagram account that logs in somebody else is not taken from them', async () => {
  const owner = await arrive();
  const { account, email } = await register(owner);
  const { page } = await customer();
  await link(page, account, 'taken');
  await page.getByText(/belongs to another/).first().waitFor();
  await shot(page, 'linking an account of somebody else');
  await logOut(owner);
  await continueAs(owner, account);
  await assertLoggedIn(owner, email);
});

scenario('a link that was begun by one customer is not finished for another who logged in meanwhile', async () => {
  const { page } = await customer();
  const account = await shop.sandbox.account();
  await linkButton(page).click();
  await page.waitForURL(`${shop.sandbox.address}/**`);
  const { page: elsewhere, user: other } = await customer();
  // A logout would end the link under way: the other comes to this browser without one.
  const isLogin = ({ name }) => name.startsWith('wordpress_');
  await page.context().clearCookies({ name: /^wordpress_/ });
  await page.context().addCookies((await elsewhere.context().cookies()).filter(isLogin));
  await assertLoggedIn(page, other.email);
  await allow(page, account);
  await back(page, 'link_other_user');
  await page.getByText(/Somebody else is logged in now/).first().waitFor();
  await shot(page, 'linking as somebody else');
  await logOut(page);
  await continueAs(page, account);
  await form(page).waitFor();
  await assertLoggedOut(page);
});

scenario('another site cannot make a customer link or unlink', async () => {
  const { page, user } = await customer();
  const account = await shop.sandbox.account();
  await link(page, account);
  const forms = await page.goto(DETAILS).then(() => page.locator('form').evaluateAll((all) => all.map((element) => element.getAttribute("action"))));
  for (const action of [...new Set(forms.filter((address) => typeof address === 'string' && address.startsWith(shop.url))), `${shop.url}/?leadtap=unlink`, `${shop.url}/?leadtap=link`]) {
    await page.request.post(action, { form: { leadtap_do: 'unlink' }, headers: { Origin: 'https://evil.example', Referer: 'https://evil.example/' } });
  }
  await page.request.get('/?leadtap=unlink');
  await logOut(page);
  await continueAs(page, account);
  await assertLoggedIn(page, user.email);
});
