// Pages of the shop, made for one scenario.
import { phpString } from './shop.mjs';
import { shop } from './scene.mjs';

/** Runs `steps` with the path of a page that has this content. */
export async function withPage(content, steps) {
  const { id, path } = await shop.call(`
    $id = wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Any page', 'post_content' => ${phpString(content)}]);
    return ['id' => $id, 'path' => wp_parse_url(get_permalink($id), PHP_URL_PATH)];
  `);
  try {
    return await steps(path);
  } finally {
    await shop.call(`return wp_delete_post(${id}, true) !== false;`);
  }
}
