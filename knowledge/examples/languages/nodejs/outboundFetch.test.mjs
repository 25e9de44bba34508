import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { callJson } from './outboundFetch.mjs';

let server;
let url;
const hits = {};

before(async () => {
  server = createServer((req, res) => {
    hits[req.url] = (hits[req.url] ?? 0) + 1;
    if (req.url === '/hang') return; // never answers
    if (req.url === '/page') return res.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>no</h1>');
    res.setHeader('Content-Type', 'application/json');
    if (req.url === '/broken') return res.end('{"ok":');
    if (req.url === '/stall') return res.writeHead(200).write('{"a":'); // headers, then silence
    if (req.url === '/busy' && hits[req.url] < 3) return res.writeHead(503).end();
    if (req.url === '/down') return res.writeHead(503).end('{}');
    if (req.url === '/huge') return res.end('x'.repeat(50_000));
    res.end('{"ok":true}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => { server.closeAllConnections(); server.close(); });

const timed = async (call) => {
  const begun = performance.now();
  const outcome = await call().then((value) => ({ value }), (error) => ({ error }));
  return { ...outcome, ms: performance.now() - begun };
};

test('a server that never answers costs one total deadline, also after the headers', async () => {
  for (const path of ['/hang', '/stall']) {
    const { error, ms } = await timed(() => callJson(url + path, { attemptMs: 60, totalMs: 150, tries: 10 }));
    assert.ok(['TimeoutError', 'AbortError'].includes(error.name), error.name);
    assert.ok(ms < 600, `${ms}`);
  }
});

test('GET is retried until it works, POST is sent once', async () => {
  assert.deepEqual(await callJson(`${url}/busy`), { status: 200, data: { ok: true } });
  assert.equal(hits['/busy'], 3);
  assert.equal((await callJson(`${url}/down`, { method: 'POST', body: '{}' })).status, 503);
  assert.equal(hits['/down'], 1);
});

test('the caller can cancel, and a huge body is not read whole', async () => {
  const caller = new AbortController();
  setTimeout(() => caller.abort(new Error('client left')), 30);
  const { error, ms } = await timed(() => callJson(`${url}/hang`, { signal: caller.signal }));
  assert.equal(error.message, 'client left');
  assert.ok(ms < 500);
  await assert.rejects(callJson(`${url}/huge`, { maxBytes: 1_000 }), RangeError);
  assert.equal(hits['/huge'], 1);
});

test('an HTML error page keeps its status, and broken JSON is not asked for again', async () => {
  assert.deepEqual(await callJson(`${url}/page`), { status: 404, data: '<h1>no</h1>' });
  await assert.rejects(callJson(`${url}/broken`), SyntaxError);
  assert.equal(hits['/broken'], 1);
});
