// The real daemon, for one shop and the sandbox Instagram.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ahead } from './faketime.mjs';
import { run, start } from './process.mjs';

// The sandbox's own; as public as its source.
const APP_ID = '990602627938098';
export const APP_SECRET = 'sandbox-app-secret';

const settings = ({ folder, socket, sandbox, redirectUris, deletionStatusUrl }) => `
[listen]
unix = { path = "${socket}", mode = "0600" }
[store]
path = "${folder}/leadtap-data"
[keys]
file = "${folder}/leadtap-keys"
[[site]]
name = "shop"
instagram_app_id = "${APP_ID}"
instagram_app_secret_file = "${folder}/app-secret"
redirect_uris = ${JSON.stringify(redirectUris)}
deletion_status_url = "${deletionStatusUrl}"
endpoints = { authorize = "${sandbox}/www", api = "${sandbox}/api", graph = "${sandbox}/graph" }
[[caller]]
name = "wordpress"
site = "shop"
uid = ${process.getuid()}
permissions = ["login", "leads", "platform"]
`;

/** Starts the daemon in `folder` on its own Unix socket. */
export async function startDaemon(binary, options) {
  const { folder } = options;
  const socket = path.join(folder, 'daemon.sock');
  await writeFile(path.join(folder, 'app-secret'), APP_SECRET, { mode: 0o600 });
  await run(binary, ['keys', 'create', path.join(folder, 'leadtap-keys')]);
  const config = path.join(folder, 'leadtap.toml');
  await writeFile(config, settings({ ...options, socket }));
  const begin = async (env = {}) => {
    const program = start(binary, ['serve', '--config', config], { env: { ...process.env, ...env } });
    await program.says(/listen\.unix=/);
    return program;
  };
  let program = await begin();
  const log = [];
  const stop = async () => {
    await program.stop();
    log.push(...program.lines);
  };
  return {
    socket,
    /** What it has logged so far. */
    log: () => [...log, ...program.lines],
    /** Runs `steps` with a daemon whose clock is this many minutes ahead. */
    later: async (minutes, steps) => {
      await stop();
      program = await begin(ahead(minutes));
      try { return await steps(); } finally {
        await stop();
        program = await begin();
      }
    },
    stop,
  };
}
