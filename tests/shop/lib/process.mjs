// Programs that a shop is made of: started, waited for, ended.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

// How long a program may take to say that it is ready.
const START_MS = 60_000;
// How long a program may take to end; then it is killed.
const STOP_MS = 15_000;
// How many lines of a program are kept to be shown when something went wrong.
const KEPT_LINES = 5_000;

// What runs, so that nothing is left where a run is broken off.
const running = new Set();
process.on('exit', () => {
  for (const { pid } of running) process.kill(-pid, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** Starts a program; `lines` is what it has said so far on both its outputs. */
export function start(command, args, options = {}) {
  // A group of its own, because PHP's server leaves its workers behind.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  const lines = [];
  const listeners = new Set();
  const hear = (line) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    for (const listener of listeners) listener(line);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => { hear(String(error)); resolve(null); });
    child.once('exit', resolve);
  });
  running.add(child);
  ended.then(() => running.delete(child));

  /** Resolves with what the first line matching `pattern` captured. */
  const says = (pattern) => new Promise((resolve, reject) => {
    const finish = (act, value) => {
      clearTimeout(timer);
      listeners.delete(look);
      act(value);
    };
    const look = (line) => {
      const found = line.match(pattern);
      if (found) finish(resolve, found[1] ?? found[0]);
    };
    const complain = (what) => finish(reject, new Error(`${command} ${what} before it said ${pattern}:\n${lines.join('\n')}`));
    const timer = setTimeout(complain, START_MS, 'took too long');
    listeners.add(look);
    for (const line of [...lines]) look(line);
    ended.then(() => complain('ended'));
  });

  const stop = async (signal = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, signal);
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  };
  return { child, lines, says, stop, ended };
}

/** Runs a program to its end and gives its standard output; throws where it fails. */
export function run(command, args, { input = '', ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${command} ended with ${code}:\n${err}${out}`));
    });
    child.stdin.on('error', () => {}).end(input);
  });
}

/** A TCP port of loopback that nobody listens on at the moment. */
export const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Calls `probe` until it gives something true, as often as time allows. */
export async function until(what, probe, milliseconds = START_MS) {
  const end = Date.now() + milliseconds;
  let last;
  while (Date.now() < end) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`, { cause: last });
}
