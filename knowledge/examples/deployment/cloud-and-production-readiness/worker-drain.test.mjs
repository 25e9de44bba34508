import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

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
// endregion worker-test
