// A forward proxy that lets no cookie through: what a browser that blocks
// cookies looks like to the shop.
import { createServer, request } from 'node:http';

export async function startCookielessProxy() {
  const server = createServer((asked, answer) => {
    const { cookie, ...headers } = asked.headers;
    const onward = request(asked.url, { method: asked.method, headers }, (got) => {
      const { 'set-cookie': dropped, ...kept } = got.headers;
      answer.writeHead(got.statusCode, kept);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** For a new browser context. */
    options: { proxy: { server: `http://127.0.0.1:${server.address().port}`, bypass: '<-loopback>' } },
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
