// The built-in test runner with a mocked clock.
// region clock
import assert from 'node:assert/strict';
import { test } from 'node:test';

export function cached(load, ttlMs) {
  let value;
  let until = -Infinity;
  return async () => {
    if (Date.now() >= until) {
      value = await load();
      until = Date.now() + ttlMs;
    }
    return value;
  };
}

test('a cached value is loaded again after its time, and no test waits for it', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] }); // put back when the test ends
  const load = t.mock.fn(async () => 'rates');
  const rates = cached(load, 60_000);
  await rates();
  await rates();
  assert.equal(load.mock.callCount(), 1);
  t.mock.timers.tick(60_000);
  assert.equal(await rates(), 'rates');
  assert.equal(load.mock.callCount(), 2);
});
// endregion
