import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepContext, log, requestId, serve } from './requestContext.mjs';

test('ten interleaved requests each see their own id after awaits', async () => {
  const server = serve(async (req, res) => {
    await sleep(Math.random() * 20);
    res.end(JSON.parse(log('handled')).requestId);
  });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  const ids = Array.from({ length: 10 }, (_, n) => `request-${n}`);
  const seen = await Promise.all(ids.map(async (id) => (await fetch(url, { headers: { 'X-Request-Id': id } })).text()));
  assert.deepEqual(seen, ids);
  const made = await fetch(url, { headers: { 'X-Request-Id': 'x" ,"admin":true' } }); // would forge a log field
  assert.match(await made.text(), /^[0-9a-f-]{36}$/);
  server.close();
});

test('a listener called by another request sees that request, unless it was bound', async () => {
  const bus = new EventEmitter();
  const seen = {};
  const server = serve((req, res) => {
    if (req.url === '/listen') {
      bus.once('tick', () => { seen.plain = requestId(); });
      bus.once('tick', keepContext(() => { seen.bound = requestId(); }));
    } else bus.emit('tick');
    res.end();
  });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  await fetch(`${url}/listen`, { headers: { 'X-Request-Id': 'listener-1' } });
  await fetch(`${url}/emit`, { headers: { 'X-Request-Id': 'emitter-22' } });
  assert.deepEqual(seen, { plain: 'emitter-22', bound: 'listener-1' });
  server.close();
});
