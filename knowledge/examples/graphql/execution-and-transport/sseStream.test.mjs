import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { streamOperation } from './sseStream.mjs';

async function serve(makeResults, options) {
  const server = http.createServer((req, res) => streamOperation(req, res, makeResults(), options));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}/graphql` };
}

test('execution results arrive as next events and end with complete', async () => {
  const { server, url } = await serve(async function* () {
    yield { data: { tick: 1 } };
    yield { data: null, errors: [{ message: 'once' }] };
  });
  const reply = await fetch(url, { headers: { accept: 'text/event-stream' } });
  assert.equal(reply.headers.get('content-type'), 'text/event-stream');
  assert.equal(
    await reply.text(),
    'event: next\ndata: {"data":{"tick":1}}\n\n' +
      'event: next\ndata: {"data":null,"errors":[{"message":"once"}]}\n\n' +
      'event: complete\ndata: \n\n',
  );
  server.close();
});

test('a client that leaves stops the source', async () => {
  let stopped;
  const done = new Promise((resolve) => (stopped = resolve));
  const source = {
    [Symbol.asyncIterator]: () => ({
      n: 0,
      next() {
        if (this.n++ === 0) return Promise.resolve({ value: { data: { tick: 1 } }, done: false });
        return new Promise((resolve) => (this.pending = resolve)); // an idle topic
      },
      return() {
        stopped(true);
        this.pending?.({ value: undefined, done: true });
        return Promise.resolve({ value: undefined, done: true });
      },
    }),
  };
  const { server, url } = await serve(() => source);
  const abort = new AbortController();
  const reply = await fetch(url, { signal: abort.signal });
  await reply.body.getReader().read();
  abort.abort();
  assert.equal(await done, true);
  server.close();
});

test('a failing source cuts the stream instead of leaving it open or completing it', async () => {
  const { server, url } = await serve(async function* () {
    yield { data: { tick: 1 } };
    throw new Error('topic gone');
  });
  const reply = await fetch(url);
  await assert.rejects(reply.text());
  server.close();
});

test('a slow reader piles up no listeners', async () => {
  let response;
  const server = http.createServer((req, res) => {
    response = res;
    streamOperation(req, res, (async function* () {
      for (let i = 0; i < 40; i++) yield { data: 'x'.repeat(200_000) };
    })());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let size = 0;
  let most = 0;
  for await (const chunk of (await fetch(`http://127.0.0.1:${server.address().port}/`)).body) {
    size += chunk.length;
    most = Math.max(most, response.listenerCount('close') + response.listenerCount('drain'));
  }
  assert.ok(size > 8_000_000);
  assert.ok(most < 8, `${most} listeners`);
  server.close();
});

test('an idle stream sends heartbeats', async () => {
  const { server, url } = await serve(
    async function* () {
      await new Promise((resolve) => setTimeout(resolve, 60));
      yield { data: 1 };
    },
    { heartbeatMs: 10 },
  );
  assert.match(await (await fetch(url)).text(), /^:\n\n/);
  server.close();
});
