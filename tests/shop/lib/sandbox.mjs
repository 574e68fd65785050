// The sandbox Instagram, seen from a test: accounts, knobs, signed requests.
import { start } from './process.mjs';

/** Starts the sandbox on a port of its own. */
export async function startSandbox(binary) {
  const program = start(binary, ['sandbox', '--listen', '127.0.0.1:0']);
  const address = await program.says(/(http:\/\/127\.0\.0\.1:\d+)\/ /);
  let made = 0;

  const ask = async (method, path, body) => {
    const answer = await fetch(`${address}${path}`, { method, body: body && JSON.stringify(body) })
      .catch((error) => { throw new Error(`the sandbox does not answer: ${program.lines.slice(-5).join('\n')} ${program.child.exitCode} ${program.child.signalCode}`, { cause: error }); });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };

  return {
    address,
    stop: () => program.stop('SIGINT'),
    /** Adds a test account that no other scenario knows. */
    account: async (fields = {}) => {
      made += 1;
      const number = BigInt(17841499000000000n) + BigInt(made);
      const account = {
        username: `shopper.${made}`, account_type: 'business', name: `Shopper Nº${made}`,
        id: String(number + 10_000_000_000_000n), user_id: String(number), ...fields,
      };
      await ask('POST', '/sandbox/accounts', account);
      return account;
    },
    /** Makes Instagram misbehave for one account, while `steps` run. */
    misbehaving: async (account, knobs, steps) => {
      const scope = `/sandbox/knobs?account=${encodeURIComponent(account.username)}`;
      await ask('PUT', scope, knobs);
      try { return await steps(); } finally { await ask('DELETE', scope); }
    },
    /** What Meta posts when somebody removes the app or asks for deletion. */
    signedRequest: (fields) => ask('POST', '/sandbox/signed-request', fields),
    journal: (query) => ask('GET', `/sandbox/journal?${query}`),
    advance: (seconds) => ask('POST', '/sandbox/clock', { advance_seconds: seconds }),
  };
}
