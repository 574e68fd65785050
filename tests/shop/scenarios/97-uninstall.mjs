// Last of all: the plugin is deleted.
import assert from 'node:assert/strict';
import { scenario, shop } from '../lib/scene.mjs';

/** The names of everything that the plugin has in the database: options, transients, jobs, and what is kept of users and orders. */
const traces = () => shop.call(`
  global $wpdb;
  wp_cache_flush();
  $orders = $wpdb->get_var("SHOW TABLES LIKE '{$wpdb->prefix}wc_orders_meta'") ? ["{$wpdb->prefix}wc_orders_meta"] : [];
  $names = $wpdb->get_col("SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE '%leadtap%'");
  foreach (array_merge([$wpdb->usermeta, $wpdb->postmeta], $orders) as $table) {
    $names = array_merge($names, $wpdb->get_col("SELECT meta_key FROM {$table} WHERE meta_key LIKE '%leadtap%'"));
  }
  foreach (_get_cron_array() as $jobs) {
    $names = array_merge($names, array_filter(array_keys($jobs), fn ($hook) => strpos($hook, 'leadtap') !== false));
  }
  return array_values(array_unique($names));`);
const people = () => shop.call("return count_users()['total_users'];");

scenario('deleting the plugin takes away everything that it stored, and no customer', async () => {
  // What a login that is under way and a customer of Instagram's leave behind.
  await shop.call(`
    set_transient('leadtap_pending_x', ['x' => 1], 600);
    update_option('leadtap_consent_texts', ['1' => ['text' => 'x', 'since' => 1]], false);
    update_user_meta(1, '_leadtap_' . get_current_blog_id() . '_link', ['lead' => 'x']);
    return wp_schedule_event(time() + 3600, 'hourly', 'leadtap_watch');`);
  const customers = await people();
  const before = await traces();
  for (const expected of ['leadtap_settings', 'leadtap_consent_texts', '_transient_leadtap_pending_x', 'leadtap_watch', '_leadtap_1_link']) {
    assert.ok(before.includes(expected), `${expected} is not there to be taken away`);
  }
  await shop.call("deactivate_plugins('leadtap/leadtap.php'); return uninstall_plugin('leadtap/leadtap.php');");
  assert.deepEqual(await traces(), []);
  assert.equal(await people(), customers);
});
