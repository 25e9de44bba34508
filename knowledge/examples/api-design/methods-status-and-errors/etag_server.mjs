// Optimistic concurrency over HTTP with the Node.js 20 standard library.
import http from "node:http";
import { createHash } from "node:crypto";

// region if-match
export const etagOf = (text) => `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;

/** Strong comparison: weak tags never match, "*" matches any current representation. */
export function ifMatchHolds(header, current) {
  if (header.trim() === "*") return true;
  return [...header.matchAll(/(W\/)?("[^"]*")/g)].some(([, weak, tag]) => !weak && tag === current);
}

export function checkPut(headers, stored) {
  if (stored === undefined) {
    // creation: If-None-Match: * makes "create only if absent" explicit
    return headers["if-match"] ? 412 : 201;
  }
  if (headers["if-none-match"]?.trim() === "*") return 412;
  if (!headers["if-match"]) return 428;
  return ifMatchHolds(headers["if-match"], etagOf(stored)) ? 204 : 412;
}
// endregion

export function createServer(store = new Map()) {
  return http.createServer(async (req, res) => {
    if (req.method === "GET") {
      const text = store.get(req.url);
      if (text === undefined) return res.writeHead(404).end();
      return res.writeHead(200, { etag: etagOf(text), "content-type": "application/json" }).end(text);
    }
    let body = "";
    for await (const chunk of req.setEncoding("utf8")) body += chunk;
    const status = checkPut(req.headers, store.get(req.url)); // no await between check and write
    if (status >= 400) return res.writeHead(status).end();
    store.set(req.url, body);
    res.writeHead(status, { etag: etagOf(body) }).end();
  });
}
