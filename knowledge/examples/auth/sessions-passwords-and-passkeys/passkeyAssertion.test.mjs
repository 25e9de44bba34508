import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import test from 'node:test';
import { verifyAssertion } from './passkeyAssertion.mjs';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const expected = { challenge: randomBytes(32), origin: 'https://app.example.com', rpId: 'example.com' };
const sha256 = (data) => createHash('sha256').update(data).digest();

function assertion({ type = 'webauthn.get', challenge = expected.challenge, origin = expected.origin, rpId = expected.rpId,
  flags = 0x05, count = 0, key = privateKey, crossOrigin = false } = {}) {
  const client = Buffer.from(JSON.stringify({ type, challenge: challenge.toString('base64url'), origin, crossOrigin }));
  const tail = Buffer.alloc(5);
  tail[0] = flags;
  tail.writeUInt32BE(count, 1);
  const auth = Buffer.concat([sha256(rpId), tail]);
  const signature = sign('sha256', Buffer.concat([auth, sha256(client)]), key);
  const text = (b) => b.toString('base64url');
  return { response: { clientDataJSON: text(client), authenticatorData: text(auth), signature: text(signature) } };
}

test('a good assertion passes', () => {
  assert.deepEqual(verifyAssertion(assertion(), { publicKey, count: 0 }, expected), { count: 0, backedUp: false });
  assert.equal(verifyAssertion(assertion({ count: 6, flags: 0x1d }), { publicKey, count: 5 }, expected).backedUp, true);
});

const attacks = {
  type: { type: 'webauthn.create' },
  challenge: { challenge: randomBytes(32) },
  origin: { origin: 'https://app.example.com.evil.example' },
  rpId: { rpId: 'evil.example' },
  'user not present': { flags: 0x04 },
  'user not verified': { flags: 0x01 },
  'backup flags': { flags: 0x15 },
  signature: { key: other },
  counter: { count: 5 },
};
for (const [reason, change] of Object.entries(attacks)) {
  test(`refused: ${reason}`, () => {
    assert.throws(() => verifyAssertion(assertion(change), { publicKey, count: reason === 'counter' ? 5 : 0 }, expected), new RegExp(reason));
  });
}
