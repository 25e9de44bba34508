// What happens inside a verifier that believes the token's header, and the same verifier with the algorithm fixed.
import { createHmac, verify } from 'node:crypto';

const json = (part) => JSON.parse(Buffer.from(part, 'base64url'));

// region vulnerable
export function verifyAsTheHeaderSays(token, key) { // key: the issuer's public key, PEM text from the JWKS
  const [head, body, sig] = token.split('.');
  const data = Buffer.from(`${head}.${body}`);
  const { alg } = json(head); // chosen by whoever made the token
  let ok = false;
  if (alg === 'none') ok = sig === '';
  if (alg === 'HS256') ok = createHmac('sha256', key).update(data).digest('base64url') === sig;
  if (alg === 'RS256') ok = verify('sha256', data, key, Buffer.from(sig, 'base64url'));
  if (!ok) throw new Error('bad signature');
  return json(body);
}
// endregion

// region fixed
export function verifyRs256(token, publicKey) { // publicKey: a KeyObject, bound to one algorithm by our configuration
  const parts = token.split('.');
  if (parts.length !== 3) throw new Error('not a compact JWS');
  const [head, body, sig] = parts;
  const header = json(head);
  if (header.alg !== 'RS256' || header.crit !== undefined) throw new Error('header not accepted');
  if (publicKey.type !== 'public' || publicKey.asymmetricKeyType !== 'rsa') throw new Error('wrong key type');
  const data = Buffer.from(`${head}.${body}`);
  if (!verify('sha256', data, publicKey, Buffer.from(sig, 'base64url'))) throw new Error('bad signature');
  return json(body);
}
// endregion

export function signHs256(payload, secret, header = { alg: 'HS256' }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const data = `${part(header)}.${part(payload)}`;
  return `${data}.${createHmac('sha256', secret).update(data).digest('base64url')}`;
}
