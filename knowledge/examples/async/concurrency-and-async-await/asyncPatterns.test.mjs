import assert from "node:assert/strict";
import { test } from "node:test";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { mapBounded } from "./boundedFetch.mjs";
import { fast, partlyDependent, slow } from "./dashboard.mjs";
import { load, loadLost, page, saveAll, saveAllLost } from "./lostErrors.mjs";
import { readUser, readUserCallback, readUserPromise } from "./promiseBasics.mjs";

test("never more than the limit, results in order", async () => {
  let running = 0, peak = 0;
  const results = await mapBounded([...Array(100).keys()], async (n) => {
    peak = Math.max(peak, ++running);
    await sleep(1);
    running -= 1;
    return n * 2;
  }, { atOnce: 7 });
  assert.equal(peak, 7);
  assert.deepEqual(results.slice(0, 3), [0, 2, 4]);
  assert.equal(results.length, 100);
});

test("the first failure cancels running calls and starts no more", async () => {
  let started = 0, cancelled = 0;
  await assert.rejects(mapBounded([...Array(50).keys()], async (n, signal) => {
    started += 1;
    if (n === 2) throw new Error("boom");
    try { await sleep(1000, undefined, { signal }); } catch (error) { cancelled += 1; throw error; }
  }, { atOnce: 4 }), /boom/);
  assert.equal(started, 4);
  assert.equal(cancelled, 3);
});

test("each call has its own timeout", async () => {
  await assert.rejects(
    mapBounded([1], (n, signal) => sleep(1000, undefined, { signal }), { eachMs: 10 }),
    (error) => error.cause?.name === "TimeoutError" || error.name === "TimeoutError");
});

test("three styles, one result; a callback that fires twice settles a promise once", async () => {
  const db = { get: (id, done) => { done(null, { name: "Ann" }); done(new Error("again")); } };
  const calls = [];
  readUserCallback(db, 1, (error, name) => calls.push(error ?? name));
  assert.equal(calls.length, 2);
  assert.equal(await readUserPromise(db, 1), "Ann");
  assert.equal(await readUser(db, 1), "Ann");
});

test("then callbacks run after the current code, before timers", async () => {
  const order = [];
  setTimeout(() => order.push("timer"), 0);
  Promise.resolve().then(() => order.push("then"));
  order.push("sync");
  await sleep(5);
  assert.deepEqual(order, ["sync", "then", "timer"]);
});

test("forEach does not wait, for...of does", async () => {
  const saved = [];
  const save = async (row) => { await sleep(2); saved.push(row); };
  saveAllLost([1, 2], save);
  assert.deepEqual(saved, []);
  await sleep(10);
  saved.length = 0;
  await saveAll([1, 2], save);
  assert.deepEqual(saved, [1, 2]);
});

test("return without await leaves the try block", async () => {
  const fails = async () => { throw new Error("down"); };
  await assert.rejects(loadLost(fails), /down/);
  assert.equal(await load(fails), "fallback");
});

test("a rejection nobody handles ends the process", () => {
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", `
    import { saveAllLost } from ${JSON.stringify(new URL("./lostErrors.mjs", import.meta.url).href)};
    try { saveAllLost([1], async () => { throw new Error("lost"); }); } catch { console.log("caught"); }
    setTimeout(() => console.log("alive"), 50);`], { encoding: "utf8" });
  assert.equal(child.status, 1);
  assert.doesNotMatch(child.stdout, /caught|alive/);
  assert.match(child.stderr, /lost/);
});

test("an optional part may fail while the required one is loading", async () => {
  const result = await page(async () => { await sleep(5); return "Ann"; }, async () => { throw new Error("ads"); });
  assert.deepEqual(result, { user: "Ann", ads: [] });
});

test("how many calls are in flight together", async () => {
  const peakOf = async (work) => {
    let running = 0, peak = 0;
    const call = (value) => async () => {
      peak = Math.max(peak, ++running);
      await sleep(5);
      running -= 1;
      return value;
    };
    await work({ user: call({ shopId: 1 }), orders: call([]), offers: call([]), shop: call("shop") }, 1);
    return peak;
  };
  assert.equal(await peakOf(slow), 1);
  assert.equal(await peakOf(fast), 3);
  assert.equal(await peakOf(partlyDependent), 2);
});
