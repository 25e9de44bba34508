import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import test from 'node:test';
import { signHs256, verifyAsTheHeaderSays, verifyRs256 } from './confusion.mjs';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' });
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const admin = { sub: 'admin', aud: 'https://orders.api.example.com' };

function genuine(payload) {
  const data = `${part({ alg: 'RS256' })}.${part(payload)}`;
  return `${data}.${sign('sha256', Buffer.from(data), privateKey).toString('base64url')}`;
}
const attacks = {
  'public key used as HMAC secret': signHs256(admin, pem),
  'alg none': `${part({ alg: 'none' })}.${part(admin)}.`,
};

for (const [name, token] of Object.entries(attacks)) {
  test(`${name}: works on the vulnerable verifier, fails on the fixed one`, () => {
    assert.equal(verifyAsTheHeaderSays(token, pem).sub, 'admin');
    assert.throws(() => verifyRs256(token, publicKey), /header not accepted/);
  });
}

test('both accept the genuine token, and neither a changed one', () => {
  const token = genuine({ sub: 'user-7' });
  const [head, , sig] = token.split('.');
  for (const [verifier, key] of [[verifyAsTheHeaderSays, pem], [verifyRs256, publicKey]]) {
    assert.equal(verifier(token, key).sub, 'user-7');
    assert.throws(() => verifier(`${head}.${part(admin)}.${sig}`, key), /bad signature/);
  }
});

test('a key of another type is refused before any mathematics', () => {
  const ec = createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  assert.throws(() => verifyRs256(genuine(admin), ec), /wrong key type/);
});
