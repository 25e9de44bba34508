import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalCache } from './localCache.mjs';

const slow = (value, log = []) => () => new Promise((done) => { log.push(value); setTimeout(done, 10, value); });

test('100 concurrent misses, one load', async () => {
  const cache = new LocalCache(), loads = [];
  const all = await Promise.all(Array.from({ length: 100 }, () => cache.get('p:7', slow('a', loads))));
  assert.equal(new Set(all).size, 1);
  assert.equal(loads.length, 1);
  assert.equal(await cache.get('p:7', slow('b', loads)), 'a');
});

test('it expires, stays bounded and keeps what is used', async () => {
  let now = 0;
  const cache = new LocalCache({ max: 2, ttlMs: 1000, now: () => now, random: () => 0.5 });
  await cache.get('a', () => 1);
  await cache.get('b', () => 1);
  await cache.get('a', () => 2); // a is now the youngest
  await cache.get('c', () => 1); // pushes b out
  assert.equal(await cache.get('a', () => 2), 1);
  assert.equal(await cache.get('b', () => 2), 2);
  now = 1001;
  assert.equal(await cache.get('b', () => 3), 3);
});

test('a load that began before an invalidation is not kept', async () => {
  const cache = new LocalCache();
  const reader = cache.get('k', slow('old'));
  cache.invalidate('k');
  assert.equal(await reader, 'old'); // its caller asked before the write
  assert.equal(await cache.get('k', () => 'new'), 'new');
  assert.equal(await cache.get('k', () => 'newer'), 'new');
});

test('an error reaches the callers and is not cached', async () => {
  const cache = new LocalCache();
  await assert.rejects(cache.get('k', async () => { throw new Error('down'); }), /down/);
  assert.equal(await cache.get('k', () => 'up'), 'up');
});
