import assert from "node:assert/strict";
import { test } from "node:test";
import { idempotentConsumer } from "./inboxConsumer.mjs";

// Offline double of a pool: one transaction at a time, with rollback.
function poolDouble() {
  let committed = { inbox: new Set(), cents: 0 };
  let free = Promise.resolve();
  return {
    get cents() { return committed.cents; },
    async connect() {
      const before = free;
      let release;
      free = new Promise((resolve) => { release = resolve; });
      await before;
      let draft;
      return {
        release,
        add: (cents) => { draft.cents += cents; },
        async query(sql, params) {
          if (sql === "BEGIN") draft = { inbox: new Set(committed.inbox), cents: committed.cents };
          else if (sql === "COMMIT") committed = draft;
          else if (sql === "ROLLBACK") draft = undefined;
          else {
            const id = params.join("/");
            const rowCount = draft.inbox.has(id) ? 0 : 1;
            draft.inbox.add(id);
            return { rowCount };
          }
          return { rowCount: 0 };
        },
      };
    },
  };
}

const credit = async (client, { cents }) => client.add(cents);

test("every message delivered twice, concurrently, counts once", async () => {
  const pool = poolDouble();
  const onMessage = idempotentConsumer(pool, "ledger", credit);
  const deliveries = Array.from({ length: 40 }, (_, i) => ({ id: `m${i % 20}`, payload: { cents: 100 } }));
  const results = await Promise.all(deliveries.map(onMessage));
  assert.equal(pool.cents, 2000);
  assert.equal(results.filter((result) => result === "duplicate").length, 20);
});

test("a failure rolls the inbox row back, so the redelivery runs", async () => {
  const pool = poolDouble();
  let fail = true;
  const onMessage = idempotentConsumer(pool, "ledger", async (client, payload) => {
    await credit(client, payload);
    if (fail) throw new Error("deadlock");
  });
  await assert.rejects(onMessage({ id: "m1", payload: { cents: 100 } }));
  assert.equal(pool.cents, 0);
  fail = false;
  assert.equal(await onMessage({ id: "m1", payload: { cents: 100 } }), "done");
  assert.equal(pool.cents, 100);
});

test("two consumers of the same message each handle it", async () => {
  const pool = poolDouble();
  for (const name of ["ledger", "mailer"]) {
    assert.equal(await idempotentConsumer(pool, name, credit)({ id: "m1", payload: { cents: 1 } }), "done");
  }
});
