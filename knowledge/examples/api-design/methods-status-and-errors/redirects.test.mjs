import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import http from "node:http";
import { createServer, methodAfterRedirect } from "./redirects.mjs";

const seen = [];
const server = createServer(seen);
let other, base;
before(async () => {
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  base = `http://127.0.0.1:${server.address().port}`;
  other = http.createServer((req, res) => res.writeHead(308, { location: `${base}/to` }).end());
  await new Promise((ready) => other.listen(0, "127.0.0.1", ready));
});
after(() => (server.close(), other.close()));

test("301, 302 and 303 turn POST into GET", async () => {
  for (const code of [301, 302, 303]) assert.deepEqual(await methodAfterRedirect(base, code), { method: "GET", body: "" });
});

test("307 and 308 repeat the method and the body", async () => {
  for (const code of [307, 308]) {
    assert.deepEqual(await methodAfterRedirect(base, code), { method: "POST", body: "amount=5" });
  }
});

test("fetch drops Authorization when the redirect leaves the origin", async () => {
  const from = `http://127.0.0.1:${other.address().port}/`;
  await fetch(from, { method: "POST", body: "x", headers: { authorization: "Bearer t" } });
  assert.equal(seen.at(-1).authorization, undefined);
});
