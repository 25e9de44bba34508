import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyedLock, withdrawRacy } from "./asyncRaces.mjs";

const bank = () => {
  const balances = new Map([["ann", 100]]);
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  return {
    balances,
    read: async (account) => { await tick(); return balances.get(account); },
    write: async (account, value) => { await tick(); balances.set(account, value); },
  };
};

test("two withdrawals both succeed on one thread", async () => {
  const store = bank();
  const results = await Promise.all([80, 80].map((amount) => withdrawRacy("ann", amount, store)));
  assert.deepEqual(results, [true, true]); // 160 paid out
  assert.equal(store.balances.get("ann"), 20);
});

test("a lock per key lets one through", async () => {
  const store = bank();
  const lock = new KeyedLock();
  const results = await Promise.all([80, 80].map((amount) => lock.run("ann", () => withdrawRacy("ann", amount, store))));
  assert.deepEqual(results, [true, false]);
  assert.equal(store.balances.get("ann"), 20);
});

test("a failure does not block the next one, and its caller sees it", async () => {
  const lock = new KeyedLock();
  const failing = lock.run("k", async () => { throw new Error("boom"); });
  const next = lock.run("k", async () => "ok");
  await assert.rejects(failing, /boom/);
  assert.equal(await next, "ok");
});
