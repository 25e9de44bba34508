import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runWorker } from './worker-drain.mjs';

const PROGRAM = fileURLToPath(new URL('./worker-drain.mjs', import.meta.url));

async function stopDuringFirstJob(env) {
  const child = spawn(process.execPath, [PROGRAM], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await once(reader, 'line');
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  return { code, lines };
}

// region worker-test
test('the job in hand is finished, no other is taken', async () => {
  const { code, lines } = await stopDuringFirstJob({ JOB_MS: '200' });
  assert.deepEqual(lines, ['start 1', 'done 1', 'closed']);
  assert.equal(code, 0);
});

test('at the deadline the job goes back to the queue instead of being lost', async () => {
  const { code, lines } = await stopDuringFirstJob({ JOB_MS: '10000', GRACE_MS: '100' });
  assert.deepEqual(lines, ['start 1', 'back 1', 'closed']);
  assert.equal(code, 0);
});

test('a failing job is put off and does not stop the worker', async () => {
  const stop = new AbortController();
  const jobs = [{ id: 1 }, { id: 2 }], seen = [];
  await runWorker({
    signal: stop.signal,
    take: async () => jobs.shift(),
    handle: async (job) => {
      if (job.id === 1) throw new Error('poison');
      seen.push('done 2');
      stop.abort();
    },
    giveBack: async (job) => seen.push(`back ${job.id}`),
    retryLater: async (job) => seen.push(`later ${job.id}`),
  });
  assert.deepEqual(seen, ['later 1', 'done 2']);
});
// endregion worker-test
