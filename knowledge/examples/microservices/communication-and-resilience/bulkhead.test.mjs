import assert from "node:assert/strict";
import { test } from "node:test";
import { Bulkhead, BulkheadFull } from "./bulkhead.mjs";

function gate() {
  let open;
  const promise = new Promise((resolve) => { open = resolve; });
  return { promise, open };
}

test("a hanging dependency fills only its own bulkhead", async () => {
  const hang = gate();
  const payments = new Bulkhead({ concurrency: 2, queue: 1, maxWaitMs: 5000 });
  const catalogue = new Bulkhead({ concurrency: 2 });
  const stuck = [1, 2, 3].map(() => payments.run(() => hang.promise));
  await assert.rejects(payments.run(async () => "never"), BulkheadFull);
  assert.equal(await catalogue.run(async () => "page"), "page");
  hang.open("paid");
  assert.deepEqual(await Promise.all(stuck), ["paid", "paid", "paid"]);
});

test("never more than the limit at once, and everybody gets a turn", async () => {
  let now = 0;
  let most = 0;
  const bulkhead = new Bulkhead({ concurrency: 3, queue: 100, maxWaitMs: 5000 });
  const results = await Promise.all(Array.from({ length: 20 }, (_, i) => bulkhead.run(async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return i;
  })));
  assert.equal(most, 3);
  assert.deepEqual(results, Array.from({ length: 20 }, (_, i) => i));
});

test("a place is given back after an error and after a wait that ran out", async () => {
  const hang = gate();
  const bulkhead = new Bulkhead({ concurrency: 1, queue: 1, maxWaitMs: 10 });
  await assert.rejects(bulkhead.run(async () => { throw new Error("down"); }), /down/);
  const first = bulkhead.run(() => hang.promise);
  await assert.rejects(bulkhead.run(async () => "late"), /waited too long/);
  hang.open("done");
  assert.equal(await first, "done");
  assert.equal(await bulkhead.run(async () => "free"), "free");
});
