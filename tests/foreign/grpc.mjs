// The contract, spoken by gRPC's own client for Node.js: nothing of it is
// ours. tests/with-daemon says where the daemon and the sandbox are.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const PROTO = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../proto');
const { LEADTAP_SOCKET, LEADTAP_TCP, LEADTAP_TOKEN } = process.env;

const contract = grpc.loadPackageDefinition(
  loader.loadSync('leadtap/v1/login_service.proto', { includeDirs: [PROTO], keepCase: true, longs: String }),
);

/** A promise for one call's answer. */
function call(client, rpc, request, metadata = new grpc.Metadata()) {
  const deadline = Date.now() + 10_000;
  return new Promise((resolve, reject) => {
    client[rpc](request, metadata, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

/** What the shopper's browser does in Instagram's window. */
async function allow(authorizationUrl) {
  const url = new URL(authorizationUrl);
  const form = new URLSearchParams(url.search);
  form.set('account', 'mira_makes');
  form.set('decision', 'allow');
  url.search = '';
  url.pathname += '/decision';
  const answer = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  return answer.headers.get('location');
}

const bearer = new grpc.Metadata();
bearer.set('authorization', `Bearer ${LEADTAP_TOKEN}`);

const ways = [
  { name: 'over the Unix socket', address: `unix://${LEADTAP_SOCKET}` },
  { name: 'over TCP, with a token', address: LEADTAP_TCP, metadata: bearer },
  {
    // What clients on gRPC's C core (Python, PHP's extension) have to be told.
    name: 'over the Unix socket, with an authority of its own',
    address: `unix://${LEADTAP_SOCKET}`,
    options: { 'grpc.default_authority': 'localhost' },
  },
];

for (const { name, address, metadata, options } of ways) {
  describe(name, () => {
    const client = new contract.leadtap.v1.LoginService(address, grpc.credentials.createInsecure(), options);
    after(() => client.close());

    test('a login is begun, allowed, completed and found again', async () => {
      const binding = randomBytes(32);
      const browser_binding_hash = createHash('sha256').update(binding).digest();
      const started = await call(client, 'StartAuthorization', { browser_binding_hash, return_to: '/cart' }, metadata);
      const callback_query = await allow(started.authorization_url);
      const request = { callback_query, browser_binding: binding };
      const { authorized } = await call(client, 'CompleteAuthorization', request, metadata);
      assert.equal(authorized.return_to, '/cart');
      assert.equal(authorized.lead.instagram.username, 'mira_makes');

      const key = { instagram_user_id: authorized.lead.instagram.user_id };
      const found = await call(client, 'GetLead', key, metadata);
      assert.equal(found.lead_id, authorized.lead.lead_id);
    });

    test('a refusal has its status, its message and its details', async () => {
      await assert.rejects(call(client, 'GetLead', { lead_id: 'x' }, metadata), (error) => {
        assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
        assert.match(error.details, /lead_id must be a UUID/);
        const [details] = error.metadata.get('grpc-status-details-bin');
        assert.ok(details.includes('REQUEST_INVALID') && details.includes('google.rpc.BadRequest'));
        assert.match(String(error.metadata.get('leadtap-request-id')), /^[0-9a-f]{16}$/);
        return true;
      });
    });
  });
}
