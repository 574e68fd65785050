// Stands between the plugin and the daemon: notes which calls are made, and
// misbehaves on demand, as a daemon that is down, slow or of another version.
import { createConnection, createServer } from 'node:net';
import { rm } from 'node:fs/promises';

const CALL = /^POST \/leadtap\.v1\.(\w+\/\w+) HTTP/gm;

/** Listens at `path` and hands everything on to the socket `target`. */
export async function startProxy(path, target) {
  const calls = [];
  const open = new Set();
  let silent = false;
  let answer = null;

  const server = createServer((client) => {
    const upstream = createConnection(target);
    open.add(client);
    client.on('close', () => { open.delete(client); upstream.destroy(); });
    upstream.on('close', () => client.end());
    for (const side of [client, upstream]) side.on('error', () => {});
    client.on('data', (bytes) => {
      for (const [, call] of bytes.toString('latin1').matchAll(CALL)) calls.push(call);
      if (answer) client.end(answer);
      else if (!silent) upstream.write(bytes);
    });
    upstream.on('data', (bytes) => { if (!answer) client.write(bytes); });
  });
  const listen = async () => {
    await rm(path, { force: true });
    await new Promise((resolve, reject) => server.once('error', reject).listen(path, resolve));
  };
  const close = async () => {
    for (const client of open) client.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(path, { force: true });
  };
  await listen();

  return {
    path,
    /** The calls since the last `forget`, as `Service/Method`. */
    calls,
    forget: () => { calls.length = 0; },
    /** As if the daemon was stopped, while `steps` run. */
    down: async (steps) => {
      await close();
      try { return await steps(); } finally { await listen(); }
    },
    /** As if the daemon hung: it takes calls and never answers. */
    hanging: async (steps) => {
      silent = true;
      try { return await steps(); } finally {
        silent = false;
        for (const client of open) client.destroy();
      }
    },
    /** Answers every call with these bytes instead of the daemon. */
    answering: async (bytes, steps) => {
      answer = bytes;
      try { return await steps(); } finally { answer = null; }
    },
    stop: close,
  };
}
