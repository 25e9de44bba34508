// The claims checks of an ID token (Node.js 20, standard library, ES256). In production use openid-client, which does all this.
import { createPublicKey, verify } from 'node:crypto';

const json = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

// region validate
export function validateIdToken(token, jwks, { issuer, clientId, nonce, now = Date.now() / 1000, leeway = 30 }) {
  const [head, body, signature, ...rest] = token.split('.');
  if (signature === undefined || rest.length > 0) throw new Error('format');
  const { alg, kid } = json(head);
  if (alg !== 'ES256') throw new Error('alg');
  const jwk = jwks.keys.find((key) => key.kid === kid && key.kty === 'EC' && key.crv === 'P-256');
  if (jwk === undefined) throw new Error('kid'); // refetch once, at most every 30 s
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) throw new Error('signature');

  const claims = json(body);
  if (claims.iss !== issuer) throw new Error('iss');
  const audiences = [claims.aud].flat();
  if (audiences.length !== 1 || audiences[0] !== clientId) throw new Error('aud');
  if (typeof claims.exp !== 'number' || now >= claims.exp + leeway) throw new Error('exp');
  if (typeof claims.iat !== 'number' || claims.iat > now + leeway) throw new Error('iat');
  if (typeof nonce !== 'string' || claims.nonce !== nonce) throw new Error('nonce'); // of this browser's login
  if (typeof claims.sub !== 'string' || claims.sub === '') throw new Error('sub');
  return claims; // identify the user by iss and sub
}
// endregion
