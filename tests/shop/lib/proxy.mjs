// Stands between the plugin and the daemon: notes which calls are made, and
// misbehaves on demand, as a daemon that is down, slow or of another version.
import { createConnection, createServer } from 'node:net';
import { rm } from 'node:fs/promises';

const CALL = /^POST \/leadtap\.v1\.(\w+\/\w+) HTTP/gm;

/**
 * Listens at `path` and hands everything on to the socket `target`. After the
 * daemon was away, `mended` runs.
 */
export async function startProxy(path, target, mended) {
  const calls = [];
  const open = new Set();
  const held = [];
  let silent = false;
  let answer = null;

  const server = createServer((client) => {
    const upstream = createConnection(target);
    const begun = performance.now();
    open.add(client);
    client.on('close', () => { held.push(performance.now() - begun); open.delete(client); upstream.destroy(); });
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
    /** For how many milliseconds each call held its connection, since the last `forget`. */
    held,
    forget: () => { calls.length = 0; held.length = 0; },
    /** As if the daemon was stopped, while `steps` run. */
    down: async (steps) => {
      await close();
      try { return await steps(); } finally { await listen(); await mended(); }
    },
    /** As if the daemon hung: it takes calls and never answers, until `steps` end or call what they are given. */
    hanging: async (steps) => {
      silent = true;
      const wake = () => {
        silent = false;
        for (const client of open) client.destroy();
      };
      try { return await steps(wake); } finally { wake(); await mended(); }
    },
    /** Answers every call with these bytes instead of the daemon. */
    answering: async (bytes, steps) => {
      answer = bytes;
      try { return await steps(); } finally { answer = null; }
    },
    stop: close,
  };
}

/** A field of a protobuf message that holds bytes; none here is longer than 127. */
const field = (number, bytes) => Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), Buffer.from(bytes)]);

/** The bytes with which a daemon refuses a gRPC-Web call, for a reason of the contract's. */
export function refusal(status, reason) {
  const info = Buffer.concat([field(1, reason), field(2, 'leadtap')]);
  const any = Buffer.concat([field(1, 'type.googleapis.com/google.rpc.ErrorInfo'), field(2, info)]);
  const details = Buffer.concat([Buffer.from([8, status]), field(3, any)]).toString('base64').replace(/=+$/, '');
  return `HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web+proto\r\ngrpc-status: ${status}\r\ngrpc-status-details-bin: ${details}\r\ncontent-length: 0\r\n\r\n`;
}
