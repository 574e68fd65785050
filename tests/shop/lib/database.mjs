// A MariaDB of the shop's own: private folder, private socket, no network.
import path from 'node:path';
import { userInfo } from 'node:os';
import { run, start } from './process.mjs';

export const DATABASE = 'shop';

// It lives for one run, so it need not survive a power cut.
const HASTY = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-log-file-size=16M', '--sync-binlog=0'];

/** Starts a server in `folder` with one empty database. */
export async function startDatabase(folder) {
  const socket = path.join(folder, 'mariadb.sock');
  const data = path.join(folder, 'mariadb');
  const user = userInfo().username;
  await run('mariadb-install-db', [
    '--no-defaults', `--datadir=${data}`, `--user=${user}`, '--auth-root-authentication-method=normal',
    '--skip-test-db', '--skip-name-resolve', ...HASTY,
  ]);
  const server = start('mariadbd', [
    '--no-defaults', `--datadir=${data}`, `--user=${user}`, `--socket=${socket}`, '--skip-networking',
    '--character-set-server=utf8mb4', `--pid-file=${path.join(folder, 'mariadb.pid')}`, ...HASTY,
  ], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  await server.says(/ready for connections/);
  const client = ['--no-defaults', '-u', 'root', `--socket=${socket}`];
  await run('mariadb', [...client, '-e', `CREATE DATABASE ${DATABASE}`]);
  return {
    socket,
    /** Everything in the database, one row a line. */
    dump: async () => {
      const tables = await run('mariadb', [...client, '-N', '-e', 'SHOW TABLES', DATABASE]);
      const everything = tables.trim().split('\n').map((table) => `SELECT '${table}', it.* FROM \`${table}\` it;`);
      return run('mariadb', [...client, '-N', '--batch', DATABASE], { input: everything.join('\n') });
    },
    stop: () => server.stop(),
  };
}
