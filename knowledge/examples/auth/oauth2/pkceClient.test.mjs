import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { begin, finish } from './pkceClient.mjs';

const codes = new Map(); // code -> { challenge, user }: a stub authorization server
const server = http.createServer(async (req, res) => {
  let text = '';
  for await (const chunk of req) text += chunk;
  const form = new URLSearchParams(text);
  const grant = codes.get(form.get('code'));
  codes.delete(form.get('code'));
  const sent = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
  const good = grant !== undefined && grant.challenge === sent;
  res.writeHead(good ? 200 : 400, { 'content-type': 'application/json' });
  res.end(JSON.stringify(good ? { access_token: `for-${grant.user}`, token_type: 'Bearer' } : { error: 'invalid_grant' }));
});
let config;
before(() => new Promise((done) => server.listen(0, '127.0.0.1', () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  config = { issuer: 'https://id.example.com', authorizationEndpoint: 'https://id.example.com/authorize', tokenEndpoint: `${base}/token`, clientId: 'shop', redirectUri: 'https://app.example.com/callback', scope: 'orders:read' };
  done();
})));
after(() => { server.closeAllConnections(); server.close(); });

const callback = (params) => `https://app.example.com/callback?${new URLSearchParams({ iss: 'https://id.example.com', ...params })}`;

test('a login works and its code works once', async () => {
  const { url, pending } = begin(config);
  codes.set('c1', { challenge: url.searchParams.get('code_challenge'), user: 'ann' });
  const answer = callback({ code: 'c1', state: pending.state });
  assert.equal((await finish(answer, pending, config)).access_token, 'for-ann');
  await assert.rejects(finish(answer, pending, config), /400/);
});

test('an injected code, a foreign state and another issuer are refused', async () => {
  const attacker = begin(config);
  const victim = begin(config);
  codes.set('c2', { challenge: attacker.url.searchParams.get('code_challenge'), user: 'mallory' });
  await assert.rejects(finish(callback({ code: 'c2', state: attacker.pending.state }), victim.pending, config), /state/);
  await assert.rejects(finish(callback({ code: 'c2', state: victim.pending.state }), victim.pending, config), /400/); // PKCE
  await assert.rejects(finish(callback({ code: 'c2', state: 'x' }), undefined, config), /state/);
  await assert.rejects(finish(callback({ code: 'c2', state: victim.pending.state, iss: 'https://evil.example' }), victim.pending, config), /iss/);
});
