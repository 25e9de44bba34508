import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mapLimit } from './mapLimit.mjs';

test('keeps order and never runs more than the limit', async () => {
  let running = 0;
  let peak = 0;
  const results = await mapLimit([...Array(20).keys()], 4, async (n) => {
    peak = Math.max(peak, ++running);
    await sleep(Math.random() * 5);
    running -= 1;
    return n * 2;
  });
  assert.deepEqual(results, [...Array(20).keys()].map((n) => n * 2));
  assert.equal(peak, 4);
});

test('Promise.all lets the others run on after a failure, mapLimit cancels them', async () => {
  const finished = [];
  const work = async (n, signal) => {
    if (n === 0) throw new Error('first fails');
    await sleep(30, undefined, { signal });
    finished.push(n);
  };
  await assert.rejects(Promise.all([0, 1, 2].map((n) => work(n))), /first fails/);
  await sleep(60);
  assert.deepEqual(finished, [1, 2]);
  finished.length = 0;
  await assert.rejects(mapLimit([0, 1, 2, 3, 4], 3, work), /first fails/);
  await sleep(60);
  assert.deepEqual(finished, []);
});
