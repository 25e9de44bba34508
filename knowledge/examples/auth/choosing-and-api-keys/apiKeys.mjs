// API key check in Node.js: parse, look up by the public id, compare hashes in constant time.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const sha256 = (text) => createHash('sha256').update(text).digest();

// region verify
const KEY = /^shop_(?:live|test)_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export function issueKey(store, account, scopes, expiresAt) {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url'); // 256 bits
  store.set(id, { hash: sha256(secret), account, scopes, expiresAt, revokedAt: undefined });
  return `shop_live_${id}_${secret}`; // returned once, never stored
}

export function authenticate(store, text, now = Date.now()) {
  const [, id, secret] = KEY.exec(text) ?? [];
  if (id === undefined) return null; // not one of ours: no database call
  const row = store.get(id);
  if (row === undefined || !timingSafeEqual(row.hash, sha256(secret))) return null; // equal lengths: both 32 bytes
  if (now >= row.expiresAt || now >= (row.revokedAt ?? Infinity)) return null;
  return { id, account: row.account, scopes: row.scopes };
}
// endregion
