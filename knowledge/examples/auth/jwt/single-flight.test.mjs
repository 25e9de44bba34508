import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TokenSource } from './single-flight.mjs';

function rotatingServer() { // every refresh token works once; a second use ends the family
  let current = 'r1', dead = false, calls = 0;
  return {
    get calls() { return calls; },
    async refresh(used) {
      calls += 1;
      await sleep(5);
      if (dead || used !== current) { dead = true; throw new Error('invalid_grant'); }
      current = `r${calls + 1}`;
      return { access: `a${calls + 1}`, refresh: current, expiresAt: 1_000_000 * (calls + 1) };
    },
  };
}

test('ten requests at once cause one refresh', async () => {
  const server = rotatingServer();
  const source = new TokenSource({ access: 'a1', refresh: 'r1', expiresAt: 1000 }, server.refresh, () => 5000);
  const got = await Promise.all(Array.from({ length: 10 }, () => source.access()));
  assert.deepEqual(new Set(got), new Set(['a2']));
  assert.equal(server.calls, 1);
});

test('without it, the second refresh looks like theft and logs the user out', async () => {
  const server = rotatingServer();
  const results = await Promise.allSettled([server.refresh('r1'), server.refresh('r1')]);
  assert.deepEqual(results.map((r) => r.status).sort(), ['fulfilled', 'rejected']);
  await assert.rejects(server.refresh('r2'), /invalid_grant/);
});

test('a failed refresh is not remembered', async () => {
  let attempts = 0;
  const source = new TokenSource({ access: 'a1', refresh: 'r1', expiresAt: 0 }, async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('network');
    return { access: 'a2', refresh: 'r2', expiresAt: 1_000_000 };
  }, () => 5000);
  await assert.rejects(source.access(), /network/);
  assert.equal(await source.access(), 'a2');
});
