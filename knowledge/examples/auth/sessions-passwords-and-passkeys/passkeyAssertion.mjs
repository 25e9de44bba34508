// What verifying a passkey login means, step by step (Node.js 20, standard library). Use @simplewebauthn/server in production.
import { createHash, timingSafeEqual, verify } from 'node:crypto';

const sha256 = (data) => createHash('sha256').update(data).digest();
const bytes = (text) => Buffer.from(text, 'base64url');

// region assertion
export function verifyAssertion({ response }, stored, { challenge, origin, rpId }) {
  const clientJson = bytes(response.clientDataJSON);
  const client = JSON.parse(clientJson.toString('utf8'));
  if (client.type !== 'webauthn.get') throw new Error('type');
  if (client.challenge !== challenge.toString('base64url')) throw new Error('challenge'); // ours, unused, fresh
  if (client.origin !== origin || client.crossOrigin === true) throw new Error('origin'); // exact: this stops phishing

  const auth = bytes(response.authenticatorData); // 32 bytes rpIdHash, 1 byte flags, 4 bytes counter
  if (auth.length < 37 || !timingSafeEqual(auth.subarray(0, 32), sha256(rpId))) throw new Error('rpId');
  const flags = auth[32];
  if (!(flags & 0x01)) throw new Error('user not present');
  if (!(flags & 0x04)) throw new Error('user not verified'); // PIN or biometrics: what makes it two factors
  if (!(flags & 0x08) && flags & 0x10) throw new Error('backup flags');

  const signed = Buffer.concat([auth, sha256(clientJson)]);
  if (!verify('sha256', signed, stored.publicKey, bytes(response.signature))) throw new Error('signature');

  const count = auth.readUInt32BE(33);
  if ((count > 0 || stored.count > 0) && count <= stored.count) throw new Error('counter'); // 0 and 0: synced passkey
  return { count, backedUp: Boolean(flags & 0x10) };
}
// endregion
