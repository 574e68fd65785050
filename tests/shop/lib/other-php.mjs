// The same shop, served by a PHP that is set up in another way.
import { freePort } from './process.mjs';
import { servePhp } from './wordpress.mjs';
import { shop } from './scene.mjs';

/** Runs `steps` with the address of the shop under a PHP with these settings, or of another user. */
export async function withOtherPhp(options, steps) {
  const port = await freePort();
  const server = await servePhp(shop.root, port, options);
  try {
    return await steps(`http://127.0.0.1:${port}`);
  } finally {
    await server.stop();
  }
}
