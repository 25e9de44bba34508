import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import test from 'node:test';
import { validateIdToken } from './idToken.mjs';

const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwks = { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'k1' }] };
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = 1_800_000_000;
const wanted = { issuer: 'https://id.example.com', clientId: 'shop-web', nonce: 'n1', now };

function mint(changes = {}, { key = ours.privateKey, alg = 'ES256', kid = 'k1' } = {}) {
  const claims = { iss: wanted.issuer, aud: 'shop-web', sub: 'a1', nonce: 'n1', iat: now, exp: now + 300, ...changes };
  const data = `${part({ alg, kid })}.${part(claims)}`;
  return `${data}.${sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

test('a good token passes, with aud as text or as a list of one', () => {
  assert.equal(validateIdToken(mint(), jwks, wanted).sub, 'a1');
  assert.equal(validateIdToken(mint({ aud: ['shop-web'] }), jwks, wanted).sub, 'a1');
});

for (const [reason, token] of Object.entries({
  iss: mint({ iss: 'https://evil.example' }),
  aud: mint({ aud: 'other' }),
  'aud ': mint({ aud: ['shop-web', 'other'] }),
  exp: mint({ exp: now - 30 }),
  'exp ': mint({ exp: undefined }),
  iat: mint({ iat: now + 60 }),
  nonce: mint({ nonce: 'old' }),
  'nonce ': mint({ nonce: undefined }),
  sub: mint({ sub: undefined }),
  signature: mint({}, { key: foreign.privateKey }),
  kid: mint({}, { kid: 'k2' }),
  alg: mint({}, { alg: 'none' }),
  format: 'a.b',
})) {
  test(`refused for ${reason.trim()}`, () => assert.throws(() => validateIdToken(token, jwks, wanted), new RegExp(`^Error: ${reason.trim()}$`)));
}

test('a login without a remembered nonce never passes', () => {
  assert.throws(() => validateIdToken(mint({ nonce: undefined }), jwks, { ...wanted, nonce: undefined }), /nonce/);
});
