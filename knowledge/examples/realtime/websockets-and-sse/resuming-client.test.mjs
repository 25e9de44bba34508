import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResumingClient } from './resuming-client.mjs';

const event = (seq) => ({ type: 'event', seq, body: `m${seq}` });

function client(connections, { snapshot = 0, random = () => 1 } = {}) {
  const seen = [], hellos = [], waits = [], reloads = [];
  const c = new ResumingClient({
    open: async function* (hello) {
      hellos.push(hello);
      const script = connections.shift();
      if (!connections.length) c.stop();
      if (script === 'refused') throw new Error('ECONNREFUSED');
      yield* script ?? [];
    },
    reload: async () => { reloads.push(snapshot); return { seq: snapshot }; },
    onEvent: (body) => { seen.push(body); },
    wait: async (ms) => { waits.push(ms); },
    random,
  });
  return { run: () => c.run(), seen, hellos, waits, reloads };
}

test('it resumes after the last handled number and drops duplicates', async () => {
  const it = client([
    [{ type: 'reset', epoch: 'e1', seq: 0 }, event(1), event(2)],
    [{ type: 'welcome', epoch: 'e1', seq: 3 }, event(2), event(3)],
    [],
  ]);
  await it.run();
  assert.deepEqual(it.seen, ['m1', 'm2', 'm3']);
  assert.deepEqual(it.hellos[1], { epoch: 'e1', after: 2 });
});

test('a gap is not skipped over: reconnect and ask again', async () => {
  const it = client([
    [{ type: 'reset', epoch: 'e1', seq: 0 }, event(1), event(3)],
    [{ type: 'welcome', epoch: 'e1', seq: 3 }, event(2), event(3)],
    [],
  ]);
  await it.run();
  assert.deepEqual(it.seen, ['m1', 'm2', 'm3']);
});

test('after a reset the snapshot decides where to go on', async () => {
  const it = client([
    [{ type: 'reset', epoch: 'e2', seq: 40 }, event(40), event(41)],
    [],
  ], { snapshot: 40 });
  await it.run();
  assert.deepEqual(it.seen, ['m41']); // 40 is part of the snapshot
  assert.equal(it.reloads.length, 1);
});

test('delays double to a ceiling, are jittered, and start over after a handled event', async () => {
  const down = Array(7).fill('refused');
  const it = client([...down, [{ type: 'reset', epoch: 'e', seq: 0 }, event(1)], 'refused', []]);
  await it.run();
  assert.deepEqual(it.waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000, 1000, 2000]);
  const jittered = client(['refused', 'refused', []], { random: () => 0.25 });
  await jittered.run();
  assert.deepEqual(jittered.waits, [250, 500]);
});
