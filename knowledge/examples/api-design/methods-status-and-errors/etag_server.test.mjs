import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer, ifMatchHolds } from "./etag_server.mjs";

const server = createServer();
let base;
before(() => new Promise((ready) => server.listen(0, "127.0.0.1", () => {
  base = `http://127.0.0.1:${server.address().port}`;
  ready();
})));
after(() => server.close());
const put = (path, body, headers = {}) => fetch(base + path, { method: "PUT", body, headers });

test("PUT to a free URL creates once, with If-None-Match", async () => {
  assert.equal((await put("/a", "1", { "if-none-match": "*" })).status, 201);
  assert.equal((await put("/a", "2", { "if-none-match": "*" })).status, 412);
});

test("update needs the current tag", async () => {
  const tag = (await put("/b", "1")).headers.get("etag");
  assert.equal((await put("/b", "2")).status, 428);
  assert.equal((await put("/b", "2", { "if-match": tag })).status, 204);
  assert.equal((await put("/b", "3", { "if-match": tag })).status, 412);
  assert.equal(await (await fetch(base + "/b")).text(), "2");
});

test("a weak tag never satisfies If-Match", () => {
  assert.equal(ifMatchHolds('W/"x"', '"x"'), false);
  assert.equal(ifMatchHolds('"y", "x"', '"x"'), true);
});
