import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { server } from "./rpc_server.mjs";

let base;
before(() => new Promise((ready) => server.listen(0, "127.0.0.1", () => {
  base = `http://127.0.0.1:${server.address().port}/rpc/`;
  ready();
})));
after(() => server.close());
const post = (name, body, type = "application/json") =>
  fetch(base + name, { method: "POST", body, headers: { "content-type": type } });

test("a query can be read with GET", async () => {
  const reply = await fetch(base + "quotes.get?id=q1");
  assert.equal(reply.status, 200);
  assert.equal((await reply.json()).total_minor, 1250);
});

test("a command refuses GET, so a prefetch cannot run it", async () => {
  const refused = await fetch(base + "quotes.convert?id=q1");
  assert.equal(refused.status, 405);
  assert.equal(refused.headers.get("allow"), "POST"); // RFC 9110 §15.5.6: a 405 names the allowed methods
  assert.equal((await fetch(base + "quotes.get", { method: "DELETE" })).headers.get("allow"), "GET, POST");
  assert.equal((await post("quotes.convert", '{"id":"q1"}')).status, 200);
});

test("failures use real status codes", async () => {
  assert.equal((await post("quotes.get", '{"id":"zz"}')).status, 404);
  assert.equal((await post("quotes.get", "{")).status, 400);
  assert.equal((await post("quotes.get", "null")).status, 400);
  assert.equal((await post("quotes.get", "{}", "text/plain")).status, 415);
  assert.equal((await post("quotes.get", '{"id":"q1"}', "application/json; charset=utf-8")).status, 200);
  assert.equal((await post("constructor", "{}")).status, 404);
  const reply = await post("nope", "{}");
  assert.equal(reply.headers.get("content-type"), "application/problem+json");
});
