// Signed page cursors in Node.js 20+, standard library; the same tokens as cursor_token.py.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

// region cursor
export class BadCursor extends Error {}

export function fingerprint(accountId, sort, filters) {
  const pairs = Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify([accountId, sort, pairs])).digest("hex").slice(0, 16);
}

const sign = (secret, body) => createHmac("sha256", secret).update(`cursor.v1.${body}`).digest().subarray(0, 16);

export function encodeCursor(secret, key, queryHash, { ttl = 3 * 86_400, now = Date.now() / 1000 } = {}) {
  const payload = { v: 1, k: key, q: queryHash, e: Math.floor(now) + ttl };
  const body = Buffer.from(JSON.stringify(payload)).toString("base64url");
  return `${body}.${sign(secret, body).toString("base64url")}`;
}

export function decodeCursor(secret, token, queryHash, { now = Date.now() / 1000 } = {}) {
  const parts = typeof token === "string" && token.length <= 512 ? token.split(".") : []; // ?cursor[]=x is no string
  if (parts.length !== 2) throw new BadCursor("cursor is not valid");
  const [body, tag] = [parts[0], Buffer.from(parts[1], "base64url")];
  const expected = sign(secret, body);
  if (tag.length !== expected.length || !timingSafeEqual(tag, expected)) throw new BadCursor("cursor is not valid");
  const payload = JSON.parse(Buffer.from(body, "base64url").toString("utf8")); // ours: the tag says so
  if (payload.v !== 1 || payload.q !== queryHash) throw new BadCursor("cursor belongs to another query");
  if (payload.e < now) throw new BadCursor("cursor has expired");
  return payload.k;
}
// endregion
