import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalBuckets, SharedBuckets } from "./tokenBucket.mjs";

function storeDouble() {
  const buckets = new Map();
  return async (key, capacity, rate, cost) => {
    if (!buckets.has(key)) buckets.set(key, new LocalBuckets({ capacity, rate, now: () => 0 }));
    const { allowed, retryAfterMs } = buckets.get(key).take("", cost);
    return [Number(allowed), 0, retryAfterMs];
  };
}

const options = { capacity: 20, rate: 0.001, instances: 4 };
const admitted = async (instances) => {
  const calls = instances.flatMap((bucket) => Array.from({ length: 20 }, () => bucket.take("acme")));
  return (await Promise.all(calls)).filter(({ allowed }) => allowed).length;
};

test("four instances on one store admit the limit once", async () => {
  const store = storeDouble();
  assert.equal(await admitted(Array.from({ length: 4 }, () => new SharedBuckets(store, options))), 20);
});

test("a failing store falls back to a share each", async () => {
  let errors = 0;
  const fail = async () => { throw new Error("ECONNREFUSED"); };
  const instances = Array.from({ length: 4 }, () => new SharedBuckets(fail, { ...options, onStoreError: () => errors++ }));
  assert.equal(await admitted(instances), 20);
  assert.equal(errors, 80);
});

test("a hanging store costs 50 ms, not the client's default timeout", async () => {
  const bucket = new SharedBuckets(() => new Promise(() => {}), options);
  const started = performance.now();
  assert.equal((await bucket.take("acme")).allowed, true);
  assert.ok(performance.now() - started < 500);
});

test("burst, then the sustained rate", () => {
  let now = 0;
  const bucket = new LocalBuckets({ capacity: 10, rate: 2, now: () => now });
  const take = (n) => Array.from({ length: n }, () => bucket.take("a")).filter(({ allowed }) => allowed).length;
  assert.equal(take(15), 10);
  assert.equal(bucket.take("a").retryAfterMs, 500);
  now = 3000;
  assert.equal(take(15), 6);
});
