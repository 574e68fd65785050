// The block in WordPress's own editor, as a shop owner puts it into a page.
import assert from 'node:assert/strict';
import { arrive, arriveAsAdmin, scenario, shop, shot } from '../lib/scene.mjs';

const BLOCK = 'leadtap/button';

// How long the browser may take for one step in the editor.
const EDITOR_MS = 30_000;

/** Opens the editor, without what it shows to who comes for the first time. */
async function openEditor(page, where) {
  await page.goto(where);
  await page.waitForFunction(() => window.wp?.data?.select('core/editor')?.getCurrentPostId());
  await page.evaluate(() => {
    const { set } = window.wp.data.dispatch('core/preferences');
    set('core/edit-post', 'welcomeGuide', false);
    set('core', 'enableChoosePatternModal', false);
    set('core/edit-post', 'fullscreenMode', false);
  });
  // The choice of patterns for a new page, where a version has it.
  await page.keyboard.press('Escape');
}

/** The page as the editor shows it: newer versions have it in a frame. */
async function canvasOf(page) {
  await page.locator('iframe[name=editor-canvas], .editor-styles-wrapper').first().waitFor();
  return await page.locator('iframe[name=editor-canvas]').count() > 0 ? page.frameLocator('iframe[name=editor-canvas]') : page;
}

scenario('a shop owner puts the block into a page, sees it, and gives it words of its own', async () => {
  const page = await arriveAsAdmin();
  // It is the heaviest page that WordPress has.
  page.setDefaultTimeout(EDITOR_MS);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await openEditor(page, '/wp-admin/post-new.php?post_type=page');
  await page.evaluate((name) => {
    const { data, blocks } = window.wp;
    const block = blocks.createBlock(name);
    data.dispatch('core/editor').editPost({ title: 'With a button' });
    data.dispatch('core/block-editor').resetBlocks([block]);
    data.dispatch('core/block-editor').selectBlock(block.clientId);
    data.dispatch('core/edit-post').openGeneralSidebar('edit-post/block');
  }, BLOCK);
  const shown = (await canvasOf(page)).locator('.leadtap-button');
  await shown.getByText('Continue with Instagram').waitFor();
  await page.locator('.block-editor-block-inspector').getByLabel('Text', { exact: true }).fill('Join by Instagram');
  await shown.getByText('Join by Instagram').waitFor();
  await shot(page, 'editor with the block');

  const address = await page.evaluate(async () => {
    const { dispatch, select } = window.wp.data;
    dispatch('core/editor').editPost({ status: 'publish' });
    await dispatch('core/editor').savePost();
    return select('core/editor').didPostSaveRequestSucceed() ? select('core/editor').getPermalink() : '';
  });
  assert.ok(address.startsWith(shop.url), 'the page was not published');
  const guest = await arrive();
  await guest.goto(address);
  await guest.getByRole('link', { name: 'Join by Instagram' }).waitFor();
  await shot(guest, 'page with the block');

  const id = await page.evaluate(() => window.wp.data.select('core/editor').getCurrentPostId());
  await openEditor(page, `/wp-admin/post.php?post=${id}&action=edit`);
  await (await canvasOf(page)).locator('.leadtap-button').getByText('Join by Instagram').waitFor();
  const blocks = await page.evaluate(() => window.wp.data.select('core/block-editor').getBlocks().map(({ name, isValid }) => ({ name, isValid })));
  assert.deepEqual(blocks, [{ name: BLOCK, isValid: true }]);
  assert.deepEqual(errors, [], 'the editor complained');
  await shop.call(`return wp_delete_post(${id}, true) !== false;`);
});
