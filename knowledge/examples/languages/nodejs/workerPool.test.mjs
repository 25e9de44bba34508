import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopProbe } from './loopDelay.mjs';
import { WorkerPool, burn } from './workerPool.mjs';

const FILE = new URL('./workerPool.mjs', import.meta.url);

function roundsFor(ms) { // calibrate to this machine, so that slow and fast ones see the same block
  burn(5_000_000); // let the compiler optimise first
  const begun = performance.now();
  burn(10_000_000);
  return Math.round((10_000_000 * ms) / (performance.now() - begun));
}

test('the probe sees a block of the loop', async () => {
  const rounds = roundsFor(150);
  const reported = new Promise((resolve) => { startLoopProbe(resolve, 800); });
  await sleep(50);
  const begun = performance.now();
  burn(rounds);
  const took = performance.now() - begun;
  const keepAlive = setTimeout(() => {}, 3_000); // the probe's own timer is unref'd
  const { maxMs } = await reported;
  clearTimeout(keepAlive);
  assert.ok(maxMs > took / 2, `delay ${maxMs} of ${took}`);
});

test('timers run while a worker thread computes, and do not while the loop does', async () => {
  const rounds = roundsFor(150);
  const pool = new WorkerPool(FILE, 1);
  await pool.run(1); // started
  let ticks = 0;
  const ticker = setInterval(() => { ticks += 1; }, 5); // stands for other requests
  await sleep(20);
  ticks = 0;
  burn(rounds);
  assert.equal(ticks, 0);
  await pool.run(rounds);
  assert.ok(ticks >= 3, `ticks ${ticks}`);
  clearInterval(ticker);
  await pool.close();
});

test('results match, and a full queue is refused instead of growing', async () => {
  const pool = new WorkerPool(FILE, 1, 2);
  const jobs = [pool.run(10), pool.run(20), pool.run(30)]; // one running, two queued
  await assert.rejects(pool.run(40), /full/);
  assert.deepEqual(await Promise.all(jobs), [burn(10), burn(20), burn(30)]);
  await pool.close();
});

test('a thread that dies fails its own job, is replaced, and the next jobs run', async () => {
  const pool = new WorkerPool(FILE, 1);
  const [dead, next] = await Promise.allSettled([pool.run('die'), pool.run(10)]);
  assert.equal(dead.status, 'rejected');
  assert.equal(next.value, burn(10));
  await pool.close();
  await assert.rejects(pool.run(10), /closed/);
});
