import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "./redisLock.mjs";

/** Only SET NX PX and the release script, with the semantics of the server. */
class Double {
  keys = new Map();
  #live(key) {
    const entry = this.keys.get(key);
    if (entry && entry.until <= performance.now()) this.keys.delete(key);
    return this.keys.get(key);
  }
  async set(key, value, { condition, expiration }) {
    assert.equal(condition, "NX");
    if (this.#live(key)) return null;
    this.keys.set(key, { value, until: performance.now() + expiration.value });
    return "OK";
  }
  async eval(script, { keys: [key], arguments: [token] }) {
    assert.match(script, /GET.*ARGV\[1\].*DEL/s);
    return this.#live(key)?.value === token && this.keys.delete(key) ? 1 : 0;
  }
}

test("only one of two callers works, and the lock is free afterwards", async () => {
  const client = new Double();
  const results = await Promise.all([1, 2].map(() => withLock(client, "report", () => sleep(5, "done"))));
  assert.deepEqual(results.map((r) => r.skipped).sort(), [false, true]);
  assert.equal((await withLock(client, "report", () => 1)).skipped, false);
});

test("a late holder is told to stop and does not release the next holder's lock", async () => {
  const client = new Double();
  let aborted;
  const slow = withLock(client, "report", async (signal) => { await sleep(60); aborted = signal.aborted; }, { ttlMs: 30 });
  await sleep(40);
  let stillHeld;
  await withLock(client, "report", async () => { await slow; stillHeld = client.keys.has("lock:report"); }, { ttlMs: 1000 });
  assert.equal(aborted, true);
  assert.equal(stillHeld, true);
});

test("an exception frees the lock", async () => {
  const client = new Double();
  await assert.rejects(withLock(client, "report", () => { throw new Error("boom"); }), /boom/);
  assert.equal(client.keys.size, 0);
});

test("a release that fails does not hide what work returned", async () => {
  const client = new Double();
  client.eval = async () => { throw new Error("connection lost"); };
  assert.deepEqual(await withLock(client, "report", () => "done"), { skipped: false, value: "done" });
});
