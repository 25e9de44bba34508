import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "./query_server.mjs";

const TYPE = "application/vnd.example.order-query+json";
const server = createServer();
let url;
before(() => new Promise((ready) => server.listen(0, "127.0.0.1", () => {
  url = `http://127.0.0.1:${server.address().port}/orders`;
  ready();
})));
after(() => server.close());

const query = (body, type = TYPE) =>
  fetch(url, { method: "QUERY", body: new Blob([body]), headers: type ? { "content-type": type } : {} });

test("the body selects, and the same request again gives the same answer", async () => {
  for (let i = 0; i < 2; i++) {
    const reply = await query(JSON.stringify({ status: "paid", minTotal: 50 }));
    assert.equal(reply.status, 200);
    assert.deepEqual((await reply.json()).items.map((o) => o.id), ["o2"]);
  }
});

test("no media type is 400, a foreign one 415 with Accept-Query", async () => {
  assert.equal((await query("{}", null)).status, 400);
  const reply = await query("{}", "application/sql");
  assert.equal(reply.status, 415);
  assert.equal(reply.headers.get("accept-query"), `"${TYPE}"`);
});

test("type and content disagree is 400, an unknown filter 422", async () => {
  assert.equal((await query("{")).status, 400);
  assert.equal((await query(JSON.stringify({ colour: "red" }))).status, 422);
  for (const body of ["null", "5", "[]", '"paid"', '{"minTotal":"a"}']) assert.equal((await query(body)).status, 422, body);
});

test("other methods are 405 with the list", async () => {
  const reply = await fetch(url, { method: "DELETE" });
  assert.equal(reply.status, 405);
  assert.equal(reply.headers.get("allow"), "GET, QUERY");
});
