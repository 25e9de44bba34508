import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiGate } from "./sharedPause.mjs";

function fakeTime() {
  let now = 0;
  const sleepers = [];
  return {
    now: () => now,
    sleep: (ms) => (ms <= 0 ? Promise.resolve() : new Promise((resolve) => sleepers.push({ at: now + ms, resolve }))),
    async drain() {
      for (;;) {
        await new Promise(setImmediate);
        if (!sleepers.length) return;
        sleepers.sort((a, b) => a.at - b.at);
        const { at, resolve } = sleepers.shift();
        now = Math.max(now, at);
        resolve();
      }
    },
  };
}

const reply = (status, headers = {}) => ({ status, headers: new Headers(headers) });

test("twenty workers together stay at the agreed rate", async () => {
  const time = fakeTime();
  const gate = new ApiGate({ perSecond: 10, ...time });
  const sentAt = [];
  const all = Promise.all(Array.from({ length: 20 }, () => gate.run(async () => { sentAt.push(time.now()); return reply(200); })));
  await time.drain();
  await all;
  assert.equal(sentAt.length, 20);
  assert.equal(Math.max(...sentAt), 1900);
  assert.ok(sentAt.every((at, i) => i === 0 || at - sentAt[i - 1] >= 100));
});

test("a 429 seen by one pauses the others too", async () => {
  const time = fakeTime();
  const gate = new ApiGate({ perSecond: 10, ...time });
  const sentAt = [];
  let refused = false;
  const send = async () => {
    sentAt.push(time.now());
    if (!refused) { refused = true; return reply(429, { "retry-after": "5" }); }
    return reply(200);
  };
  const all = Promise.all(Array.from({ length: 4 }, () => gate.run(send)));
  await time.drain();
  const responses = await all;
  assert.ok(responses.every((response) => response.status === 200));
  assert.equal(sentAt.filter((at) => at < 5000).length, 1);
});

test("after the pause the agreed rate holds again, also for a date and for the last attempt", async () => {
  for (const header of ["5", new Date(5000).toUTCString()]) {
    const time = fakeTime();
    const gate = new ApiGate({ perSecond: 10, ...time });
    const sentAt = [];
    const send = async () => { sentAt.push(time.now()); return reply(sentAt.length === 1 ? 429 : 200, { "retry-after": header }); };
    const all = Promise.all(Array.from({ length: 20 }, () => gate.run(send, { attempts: 1 })));
    await time.drain();
    await all;
    assert.equal(sentAt.length, 20); // the refused one is not repeated, yet its pause holds for the others
    assert.ok(sentAt.slice(1).every((at) => at >= 5000));
    assert.ok(sentAt.slice(2).every((at, i) => at - sentAt[i + 1] >= 99.9));
  }
});
