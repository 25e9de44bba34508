import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fetchWithin } from "./fetchDeadline.mjs";

let server, origin, seen;

before(async () => {
  server = createServer((request, response) => {
    seen.push(request.headers["x-request-timeout-ms"]);
    if (request.url === "/ok") return response.end("fine");
    if (request.url === "/slow-body") { response.writeHead(200); response.write("a"); return; } // headers at once, body never
    // any other path: never answers
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => { server.closeAllConnections(); server.close(); });

test("answers in time", async () => {
  seen = [];
  assert.equal((await fetchWithin(`${origin}/ok`)).body, "fine");
  assert.equal(seen[0], "1000");
});

for (const path of ["/never", "/slow-body"]) {
  test(`the total covers all attempts: ${path}`, async () => {
    seen = [];
    const started = Date.now();
    await assert.rejects(fetchWithin(origin + path, { totalMs: 1_000, perTryMs: 200, attempts: 10 }), { name: "TimeoutError" });
    assert.ok(Date.now() - started < 2_000);
    assert.ok(seen.length >= 2 && seen.length <= 5);
  });
}

test("a POST without a key is sent once, with a key again", async () => {
  for (const [headers, most] of [[{}, 1], [{ "idempotency-key": "k1" }, 3]]) {
    seen = [];
    await assert.rejects(fetchWithin(`${origin}/never`, { method: "POST", headers, totalMs: 1_500, perTryMs: 150 }));
    assert.ok(most === 1 ? seen.length === 1 : seen.length >= 2, `${seen.length} attempts`);
  }
});

test("the caller's cancellation ends it without another attempt", async () => {
  seen = [];
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("client went away")), 50);
  await assert.rejects(fetchWithin(`${origin}/never`, { signal: controller.signal }), /client went away/);
  assert.equal(seen.length, 1);
});
