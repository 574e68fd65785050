// Runs lint-7.4.php under PHP 7.4 with the client's directory mounted.
import { PHP } from '@php-wasm/universal';
import { loadNodeRuntime, createNodeFsMountHandler } from '@php-wasm/node';

const php = new PHP(await loadNodeRuntime('7.4', { emscriptenOptions: { processId: 1 } }));
php.mkdir('/client');
await php.mount('/client', createNodeFsMountHandler(process.argv[2]));
const result = await php.run({ code: "<?php require '/client/tests/Support/lint-7.4.php';" });
process.stdout.write(result.text);
process.stderr.write(result.errors);
process.exit(result.exitCode === 0 && result.text.includes('PHP 7.4: ') ? 0 : 1);
