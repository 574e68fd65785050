// Customers: new by Instagram, or with a password from before.
import { phpString } from './shop.mjs';
import { shop } from './scene.mjs';
import { continueAs, press } from './instagram.mjs';

let made = 0;
/** An e-mail address that nobody has. */
export const freshEmail = () => { made += 1; return `shopper${made}@example.com`; };

/** Fills the step that asks a new shopper for what Instagram does not give. */
export async function finish(page, { email, name, consent = true, terms = true }) {
  await page.getByLabel('Email address').fill(email);
  if (name !== undefined) await page.getByLabel('Your name').fill(name);
  await page.locator('[name=leadtap_consent]').setChecked(consent);
  await page.locator('[name=leadtap_terms]').setChecked(terms);
  await press(page, page.getByRole('button', { name: 'Create my account' }));
}

/** A new customer, by the whole way through Instagram; the page ends logged in. */
export async function register(page, { account, email, from } = {}) {
  const person = { account: account ?? await shop.sandbox.account(), email: email ?? freshEmail() };
  await continueAs(page, person.account, { from });
  await finish(page, person);
  await page.waitForURL((url) => !url.search.includes('leadtap='));
  return person;
}

/** Logs out by the link that the shop's own page has. */
export async function logOut(page) {
  await page.goto('/my-account/');
  await page.goto(await page.locator('a[href*=logout]').last().getAttribute('href'));
}

/** A user with a password, as the shop had before the plugin came. */
export async function oldUser({ role = 'customer', email = freshEmail(), password = 'an old password 1' } = {}) {
  const username = email.split('@')[0];
  const id = await shop.call(`return wp_insert_user(${[
    ['user_login', username], ['user_email', email], ['user_pass', password], ['role', role],
  ].reduce((text, [key, value]) => `${text}${phpString(key)} => ${phpString(value)}, `, '[')}]);`);
  return { id, username, email, password, role };
}

/** What WordPress knows of the user with this address; null where there is none. */
export const userOf = (email) => shop.call(`
  $user = get_user_by('email', ${phpString(email)});
  return $user === false ? null : ['id' => $user->ID, 'roles' => array_values($user->roles), 'name' => $user->display_name,
    'first_name' => $user->first_name, 'meta' => array_filter(get_user_meta($user->ID), static fn ($key) => strpos($key, 'leadtap') !== false, ARRAY_FILTER_USE_KEY)];
`);

/** The form of the finish step, or of the proof that follows it. */
export const form = (page) => page.locator('form.leadtap-finish, form.leadtap-prove').first();

/** The plugin's link in a mail. */
export const linkIn = ({ message }) => message.match(/href="([^"]*leadtap[^"]*)"/)[1].replaceAll('&#038;', '&').replaceAll('&amp;', '&');
