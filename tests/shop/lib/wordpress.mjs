// A real WordPress in a folder of its own, served by `php -S`.
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DATABASE } from './database.mjs';
import { freePort, run, start, until } from './process.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));

// Requests that PHP serves at once: a page, its assets, and a second tab.
const WORKERS = '6';

const config = ({ database, url, mails }) => `<?php
define('DB_NAME', '${DATABASE}');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:${database.socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
${['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT']
    .map((name) => `define('${name}', '${randomBytes(32).toString('hex')}');`).join('\n')}
define('WP_HOME', '${url}');
define('WP_SITEURL', '${url}');
define('WP_ENVIRONMENT_TYPE', 'local');
define('FS_METHOD', 'direct');
define('DISABLE_WP_CRON', true);
define('WP_DEBUG', true);
define('WP_DEBUG_DISPLAY', false);
define('WP_DEBUG_LOG', __DIR__ . '/debug.log');
define('SHOP_MAILS', '${mails}');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`;

const INI = {
  memory_limit: '512M', display_errors: '0', log_errors: '1', 'opcache.enable': '1', 'opcache.validate_timestamps': '1',
  'opcache.revalidate_freq': '0', upload_max_filesize: '64M', post_max_size: '64M', max_execution_time: '60',
};
// A script ends before it would gain from compiling; the next one reads what it compiled.
const SCRIPT_INI = {
  memory_limit: '512M', display_errors: 'stderr', 'opcache.enable_cli': '1', 'opcache.file_cache_only': '1',
  'opcache.validate_timestamps': '1', 'opcache.revalidate_freq': '0',
};
const asArguments = (ini) => Object.entries(ini).flatMap(([key, value]) => ['-d', `${key}=${value}`]);

/** Serves the WordPress in `root`; `ini` and `options` make it another machine's PHP. */
export async function servePhp(root, port, { ini = {}, ...options } = {}) {
  const server = start('php', [
    ...asArguments({ ...INI, ...ini }), '-S', `127.0.0.1:${port}`, '-t', root, path.join(HERE, 'php/router.php'),
  ], { cwd: root, ...options, env: { ...process.env, PHP_CLI_SERVER_WORKERS: WORKERS, ...options.env } });
  await server.says(/Development Server .* started/);
  return server;
}

/** Installs the WordPress in the folder `source` and serves it. */
export async function startWordPress({ folder, source, database, plugins, themes }) {
  const root = path.join(folder, 'wordpress');
  const mails = path.join(folder, 'mails');
  const cache = path.join(folder, 'opcache');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const password = randomBytes(12).toString('hex');

  await cp(source, root, { recursive: true });
  await Promise.all([mkdir(mails), mkdir(cache)]);
  await cp(path.join(HERE, 'php/mu-plugins'), path.join(root, 'wp-content/mu-plugins'), { recursive: true });
  for (const [kind, folders] of Object.entries({ plugins, themes })) {
    for (const [name, from] of Object.entries(folders)) {
      await cp(from, path.join(root, 'wp-content', kind, name), { recursive: true });
    }
  }
  await writeFile(path.join(root, 'wp-config.php'), config({ database, url, mails }));
  const php = (script, args, input, env = {}) => run(
    'php', [...asArguments({ ...SCRIPT_INI, 'opcache.file_cache': cache }), path.join(HERE, 'php', script), ...args],
    { cwd: root, input, env: { ...process.env, SHOP_URL: url, ...env } },
  );
  await php('install.php', [url, password]);
  const server = await servePhp(root, port);

  const scriptText = async (name) => (await readFile(path.join(HERE, 'php', name), 'utf8')).replace(/^<\?php/, '');
  const call = async (code, env) => JSON.parse((await php('call.php', [], code, env)).trim().split('\n').pop());
  const debugLog = path.join(root, 'debug.log');
  let forgotten = '';
  const readComplaints = () => readFile(debugLog, 'utf8').catch(() => '');
  const readMails = async () => Promise.all((await readdir(mails)).sort()
    .map(async (name) => JSON.parse(await readFile(path.join(mails, name), 'utf8'))));
  return {
    root, url, port,
    admin: { username: 'admin', password },
    /** Runs PHP code inside WordPress, in a process of its own, and gives what it returns. `SHOP_AS` is `admin` or `cron`. */
    call,
    scriptText,
    script: async (name) => call(await scriptText(name)),
    /** Makes a network of it, with a second site at this path. */
    becomeNetwork: async (second) => {
      const file = path.join(root, 'wp-config.php');
      const alone = await readFile(file, 'utf8');
      await call(await scriptText('network.php'));
      // A network's addresses are each site's own.
      await writeFile(file, alone.replace(/^define\('WP_(HOME|SITEURL)'.*\n/gm, '').replace('$table_prefix', `
define('MULTISITE', true);
define('SUBDOMAIN_INSTALL', false);
define('DOMAIN_CURRENT_SITE', '127.0.0.1:${port}');
define('PATH_CURRENT_SITE', '/');
define('SITE_ID_CURRENT_SITE', 1);
define('BLOG_ID_CURRENT_SITE', 1);
$table_prefix`));
      // As a visit would be, for what looks at the visitor.
      const id = await call(`
        $_SERVER['REMOTE_ADDR'] = '127.0.0.1';
        // WordPress takes the colon away.
        add_filter('wp_normalize_site_data', static fn (array $site): array => ['domain' => '127.0.0.1:${port}'] + $site, 20);
        return wp_insert_site(['domain' => '127.0.0.1:${port}', 'path' => '${second}/', 'network_id' => 1, 'user_id' => 1, 'title' => 'The second shop']);`);
      if (id !== 2) throw new Error(`there is no second site: ${JSON.stringify(id)}`);
    },
    /** The mails to an address, oldest first. */
    mailsTo: async (address) => (await readMails()).filter(({ to }) => [to].flat().includes(address)),
    /** Waits for the first mail to an address whose subject or text matches. */
    mail: (address, pattern) => until(`a mail to ${address} with ${pattern}`, async () =>
      (await readMails()).find(({ to, subject, message }) => [to].flat().includes(address) && (pattern.test(subject) || pattern.test(message))), 5_000),
    /** What PHP complained about. */
    complaints: async () => (await readComplaints()).split('\n').filter(Boolean),
    forgetComplaints: async () => {
      forgotten += await readComplaints();
      await rm(debugLog, { force: true });
    },
    /** ... and had complained about before it was forgotten. */
    allComplaints: async () => forgotten + await readComplaints(),
    stop: () => server.stop(),
  };
}
