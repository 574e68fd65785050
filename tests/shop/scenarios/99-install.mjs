// The life of the plugin: deleted without a trace, and installed again from its zip.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { press } from '../lib/instagram.mjs';
import { PLUGIN } from '../lib/shop.mjs';
import { arriveAsAdmin, scenario, shop, shot } from '../lib/scene.mjs';

const ours = () => shop.call(`
  global $wpdb;
  return [
    'options' => $wpdb->get_col("SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE '%leadtap%' AND option_name NOT LIKE '%leadtap_test%'"),
    'meta' => $wpdb->get_col("SELECT DISTINCT meta_key FROM {$wpdb->usermeta} WHERE meta_key LIKE '%leadtap%'"),
    'jobs' => array_values(array_filter(array_merge(...array_map('array_keys', array_filter((array) _get_cron_array(), 'is_array'))), static fn ($hook) => strpos((string) $hook, 'leadtap') === 0)),
    'tables' => $wpdb->get_col("SHOW TABLES LIKE '%leadtap%'"),
  ];`);

scenario('deleting the plugin removes all that it stored, and leaves the customers', async () => {
  const before = await shop.call("return count_users()['total_users'];");
  const had = await ours();
  assert.ok(had.options.includes('leadtap_settings') && had.meta.length > 0, 'there was nothing to remove');
  const page = await arriveAsAdmin();
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto('/wp-admin/plugins.php');
  const row = page.locator('tr[data-plugin="leadtap/leadtap.php"]').first();
  await row.getByRole('link', { name: /Deactivate/ }).click();
  await row.getByRole('link', { name: /Delete/ }).click();
  // Before WordPress's script is there, it asks on a page of its own.
  const sure = page.getByRole('button', { name: /Yes, delete these files/ });
  const deleted = page.getByText(/successfully deleted|was deleted/).first();
  await sure.or(deleted).first().waitFor();
  if (await sure.isVisible()) await sure.click();
  // WordPress looks through all of its updates first.
  await deleted.waitFor({ timeout: 30_000 });
  assert.deepEqual(await ours(), { options: [], meta: [], jobs: [], tables: [] });
  assert.equal(await shop.call("return count_users()['total_users'];"), before);
});

scenario('an admin installs the zip, finds it switched off, and sees the daemon connected', async () => {
  const folder = path.dirname(PLUGIN);
  const zip = (await readdir(folder)).find((name) => /^leadtap-.*\.zip$/.test(name));
  const page = await arriveAsAdmin();
  await page.goto('/wp-admin/plugin-install.php?tab=upload');
  await page.locator('input[name=pluginzip]').setInputFiles(path.join(folder, zip));
  await page.getByRole('button', { name: 'Install Now' }).click();
  await press(page, page.getByRole('link', { name: /Activate Plugin/ }));
  await page.getByText('Plugin activated').first().waitFor();
  await page.goto('/wp-admin/admin.php?page=leadtap-settings');
  assert.equal(await page.locator('[name=enabled]').isChecked(), false);
  await page.locator('[name=address]').fill(`unix://${shop.proxy.path}`);
  await press(page, page.getByRole('button', { name: 'Save and test' }));
  await page.getByText('The daemon answers').waitFor();
  await shot(page, 'admin freshly installed');
  await shop.restoreSettings();
});
