import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { saveAll, sendFile } from './asyncErrors.mjs';

const MODULE = new URL('./asyncErrors.mjs', import.meta.url).href;
const failing = async (item) => { if (item % 2) throw new Error(`no ${item}`); };

const run = (code) => new Promise((resolve) => {
  execFile(process.execPath, ['--input-type=module', '-e', code], (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
});

test('forEach with an async callback reports success and then kills the process', async () => {
  const { code, stdout } = await run(`
    import { saveAllLosingErrors } from ${JSON.stringify(MODULE)};
    console.log(await saveAllLosingErrors([1], async () => { await null; throw new Error('disk full'); }));
    setTimeout(() => console.log('never reached'), 50);`);
  assert.equal(code, 1);
  assert.equal(stdout, 'saved\n');
});

test('allSettled keeps every failure', async () => {
  await assert.rejects(saveAll([1, 2, 3], failing), (error) => error.errors.length === 2 && /2 of 3/.test(error.message));
});

test('an error event without a listener ends the process; a try around emit-later does not help', async () => {
  const { code, stderr } = await run(`
    import { EventEmitter } from 'node:events';
    const socket = new EventEmitter();
    try { setImmediate(() => socket.emit('error', new Error('ECONNRESET'))); } catch { console.log('caught'); }`);
  assert.equal(code, 1);
  assert.match(stderr, /ECONNRESET/);
});

test('the handler logs, lets the stop finish and exits with 1', async () => {
  const { code, stdout } = await run(`
    import { exitOnUnknownState } from ${JSON.stringify(MODULE)};
    exitOnUnknownState(async () => console.log('drained'), (event, error) => console.log(event, error.message));
    Promise.reject(new Error('lost'));`);
  assert.equal(stdout, 'unhandledRejection lost\ndrained\n');
  assert.equal(code, 1);
});

test('a missing file is a 404, not a crash', async () => {
  const here = fileURLToPath(import.meta.url);
  const server = createServer((req, res) => sendFile(req.url === '/' ? here : `${here}.missing`, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  assert.match(await (await fetch(url)).text(), /a missing file is a 404/);
  assert.equal((await fetch(`${url}/x`)).status, 404);
  server.closeAllConnections();
  server.close();
});
