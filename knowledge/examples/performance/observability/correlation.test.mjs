import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { continueTrace, log, outgoingHeaders, traced } from './correlation.mjs';

const listen = async (handler) => {
  const server = createServer(traced(handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};

test('two services log the same trace, and parent and child are linked', async () => {
  const lines = [];
  const write = (line) => lines.push(JSON.parse(line));
  const states = [];
  const stock = await listen((req, res) => { states.push(req.headers.tracestate); log('stock_read', {}, write); res.end(); });
  const orders = await listen(async (req, res) => {
    await new Promise((done) => setTimeout(done, 5)); // the context survives the timer
    log('order_read', {}, write);
    await fetch(stock.url, { headers: outgoingHeaders({ connection: 'close' }) });
    res.end();
  });
  try {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const replies = await Promise.all([
      fetch(orders.url, { headers: { traceparent, tracestate: 'vendor=1', connection: 'close' } }),
      fetch(orders.url, { headers: { connection: 'close' } }),
    ]);
    assert.equal(replies[0].headers.get('x-trace-id'), '4bf92f3577b34da6a3ce929d0e0e4736');
    assert.deepEqual(states.sort(), ['vendor=1', undefined]);
    for (const reply of replies) {
      const mine = lines.filter((l) => l.trace_id === reply.headers.get('x-trace-id')).map((l) => l.event);
      assert.deepEqual(mine.sort(), ['order_read', 'stock_read']); // interleaved requests do not mix
    }
  } finally {
    orders.close();
    stock.close();
  }
});

test('invalid contexts start a new trace', () => {
  for (const bad of [undefined, '', 'abc', '00-' + '0'.repeat(32) + '-00f067aa0ba902b7-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01']) {
    const { traceId, parentId } = continueTrace(bad);
    assert.match(traceId, /^[0-9a-f]{32}$/);
    assert.equal(parentId, undefined);
  }
  assert.equal(continueTrace('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00').sampled, false);
});
