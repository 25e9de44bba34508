import assert from "node:assert/strict";
import { test } from "node:test";
import { idempotent, MemoryStore } from "./idempotency.mjs";

const request = (overrides = {}) => ({
  method: "POST", path: "/payments", account: "acme", body: '{"amount":500}',
  headers: { "idempotency-key": '"k1"' }, ...overrides,
});

function provider() {
  const charges = new Map();
  return {
    charges,
    work: async ({ downstreamKey }) => {
      charges.set(downstreamKey, (charges.get(downstreamKey) ?? 0) + 1);
      return { status: 201, headers: {}, body: '{"id":"p1"}' };
    },
  };
}

test("missing key 400, replay of the first reply, changed body 422", async () => {
  const store = new MemoryStore();
  const { work, charges } = provider();
  assert.equal((await idempotent(store, request({ headers: {} }), work)).status, 400);
  const first = await idempotent(store, request(), work);
  const second = await idempotent(store, request({ headers: { "idempotency-key": "k1" } }), work);
  assert.equal(first.status, 201);
  assert.equal(second.body, first.body);
  assert.equal(second.headers["idempotent-replayed"], "true");
  assert.equal((await idempotent(store, request({ body: '{"amount":900}' }), work)).status, 422);
  assert.deepEqual([...charges.values()], [1]);
});

test("a twin that arrives while the first runs gets 409 with Retry-After and does no work", async () => {
  const store = new MemoryStore();
  let finish;
  const running = idempotent(store, request(), () => new Promise((resolve) => { finish = resolve; }));
  await new Promise(setImmediate);
  const twin = await idempotent(store, request(), () => assert.fail("the twin ran the work"));
  assert.equal(twin.status, 409);
  assert.equal(twin.headers["retry-after"], "1");
  assert.match(JSON.parse(twin.body).type, /key-in-flight$/);
  finish({ status: 201, headers: {}, body: "{}" });
  assert.equal((await running).status, 201);
});

test("after a crash the lease runs out, the retry takes over with the same downstream key", async () => {
  const store = new MemoryStore();
  const { work, charges } = provider();
  let clock = 0;
  const now = () => clock;
  let wake;
  const crashed = idempotent(store, request(), async (context) => {
    await work(context);
    await new Promise((resolve) => { wake = resolve; }); // charged, then the process hangs before it can record it
    return { status: 201, headers: {}, body: '{"id":"late"}' };
  }, { now });
  await new Promise(setImmediate);
  clock = 29_999;
  assert.equal((await idempotent(store, request(), work, { now })).status, 409);
  clock = 30_001;
  assert.equal((await idempotent(store, request(), work, { now })).status, 201);
  assert.deepEqual([...charges.keys()], ["acme:k1"]); // the provider saw one key twice and can drop the second
  wake();
  await crashed;
  const replay = await idempotent(store, request(), work, { now });
  assert.equal(replay.body, '{"id":"p1"}'); // the late finisher did not overwrite the recorded reply
});

test("a failure releases the key at once", async () => {
  const store = new MemoryStore();
  await assert.rejects(idempotent(store, request(), async () => { throw new Error("provider is down"); }));
  assert.equal((await idempotent(store, request(), provider().work)).status, 201);
});
