import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debounce, TokenCache } from './token-cache.mjs';

// region clock-tests
test('the token is renewed thirty seconds before it expires', async () => {
  let now = Date.UTC(2026, 10, 25, 12), calls = 0;
  const cache = new TokenCache(async () => ({ token: `t${++calls}`, expiresIn: 300 }), () => now);

  assert.equal(await cache.get(), 't1');
  now += 269_999;
  assert.equal(await cache.get(), 't1'); // still cached
  now += 1;
  assert.equal(await cache.get(), 't2'); // 270 s: renewed
});

test('a debounced action runs once, without waiting for real', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] }); // restored when the test ends
  let runs = 0;
  const save = debounce(() => { runs += 1; }, 500);
  save(); t.mock.timers.tick(499); save();
  t.mock.timers.tick(499);
  assert.equal(runs, 0);
  t.mock.timers.tick(1);
  assert.equal(runs, 1);
});
// endregion clock-tests
