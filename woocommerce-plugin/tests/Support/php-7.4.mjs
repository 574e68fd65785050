// PHP 7.4's command line as WebAssembly:
//   node php-7.4.mjs FOLDER ... -- ARGUMENT ...
// It sees only the folders, at their own paths.
import { PHP } from '@php-wasm/universal';
import { createNodeFsMountHandler, loadNodeRuntime } from '@php-wasm/node';
import { createSpawnHandler } from '@php-wasm/util';

const given = process.argv.slice(2);
const end = given.indexOf('--');
const php = new PHP(await loadNodeRuntime('7.4', { emscriptenOptions: { processId: 1 } }));
for (const folder of given.slice(0, end)) {
  php.mkdir(folder);
  await php.mount(folder, createNodeFsMountHandler(folder));
}
// PHPUnit asks `stty` how wide the terminal is; there are no programs here.
await php.setSpawnHandler(createSpawnHandler((command, program) => { program.exit(1); }));
const { LEADTAP_STAGE } = process.env;
const run = await php.cli(['php', ...given.slice(end + 1)], { env: { LEADTAP_STAGE } });
const into = (stream) => new WritableStream({ write: (bytes) => { stream.write(bytes); } });
await Promise.all([run.stdout.pipeTo(into(process.stdout)), run.stderr.pipeTo(into(process.stderr))]);
// The runtime keeps node alive.
process.exit(await run.exitCode);
