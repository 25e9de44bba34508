import assert from "node:assert/strict";
import { test } from "node:test";
import { exportServer, readRows } from "./ndjson.mjs";

async function withServer(rows, body) {
  const server = exportServer(rows);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    await body(await fetch(`http://127.0.0.1:${server.address().port}/`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("all rows arrive, whatever the chunk borders", async () => {
  await withServer(async function* () {
    for (let n = 0; n < 2000; n++) yield { n, text: "ä".repeat(50) };
  }, async (reply) => {
    const seen = [];
    for await (const row of readRows(reply)) seen.push(row.n);
    assert.equal(seen.length, 2000);
    assert.equal(seen.at(-1), 1999);
  });
});

test("a failure in the middle is noticed, although the status was 200", async () => {
  await withServer(async function* () {
    yield { n: 1 };
    throw new Error("database gone");
  }, async (reply) => {
    assert.equal(reply.status, 200);
    await assert.rejects(async () => {
      for await (const row of readRows(reply)) assert.equal(row.n, 1);
    });
  });
});

test("a stream cut at a line border is noticed too", async () => {
  const cut = new Response('{"type":"row","data":1}\n');
  await assert.rejects(async () => {
    for await (const row of readRows(cut)) assert.equal(row, 1);
  }, /ended early/);
});
