import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./gracefulServer.mjs', import.meta.url));

async function start(env = {}) {
  const child = spawn(process.execPath, [PROGRAM], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = [];
  const reader = createInterface({ input: child.stdout });
  const [port] = await once(reader, 'line');
  reader.on('line', (line) => lines.push(line));
  return { child, lines, url: `http://127.0.0.1:${port}` };
}

test('a request in flight finishes, new ones are refused, resources close last, exit code is 0', async () => {
  const { child, lines, url } = await start();
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  const inFlight = fetch(`${url}/?ms=900`);
  await sleep(50);
  child.kill('SIGTERM');
  const leaving = []; // while it waits for the load balancer it accepts, and says that it is leaving
  for (;;) {
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (!ready) break; // the listening socket is closed
    if (ready.status === 503) leaving.push(ready.headers.get('connection'));
    await sleep(10);
  }
  assert.ok(leaving.length > 0 && leaving.every((header) => header === 'close'));
  assert.equal(await (await inFlight).text(), 'done');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.deepEqual(lines, ['resources closed']);
});

test('a hung request is cut at the deadline instead of blocking the stop', async () => {
  const { child, url } = await start({ DRAIN_MS: '100' });
  const hung = fetch(`${url}/?ms=1200`);
  const cut = assert.rejects(hung);
  await sleep(50);
  const begun = performance.now();
  child.kill('SIGTERM');
  await cut;
  assert.ok(performance.now() - begun < 1_000);
  await once(child, 'exit');
});
