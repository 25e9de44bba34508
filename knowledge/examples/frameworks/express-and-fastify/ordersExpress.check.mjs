import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import express from 'express';
import request from 'supertest';
import { createApp, problem } from './ordersExpress.mjs';
import { TOKENS, memoryOrders } from './ordersStore.mjs';

// region supertest
const logged = [];
const app = createApp({ orders: memoryOrders(), tokens: TOKENS, log: (entry) => logged.push(entry) });
const as = (name) => ({ authorization: `Bearer ${name}-token` });

test('creates, hides internal columns, and hides other users orders', async () => {
  const made = await request(app).post('/orders').set(as('alice')).send({ sku: 'A-1', quantity: 2 }).expect(201);
  assert.deepEqual(made.body, { id: '1', sku: 'A-1', quantity: 2 }); // no marginCents, no owner
  await request(app).get(made.headers.location).set(as('alice')).expect(200);
  await request(app).get(made.headers.location).set(as('bob')).expect(404);
  await request(app).post('/orders').set(as('bob')).send({ sku: 'A-1', quantity: 2 }).expect(403);
});
// endregion

test('bad input: 422, 415, 400, 413, each as problem+json', async () => {
  const post = () => request(app).post('/orders').set(as('alice'));
  const extra = await post().send({ sku: 'A-1', quantity: 2, owner: 'bob' }).expect(422).expect('content-type', /problem\+json/);
  assert.equal(extra.body.additionalProperty, 'owner');
  await post().send({ sku: 'A-1', quantity: '2' }).expect(422);
  await post().type('text/plain').send('x').expect(415);
  await post().type('json').send('{bad').expect(400);
  await post().send({ sku: 'x'.repeat(200_000), quantity: 1 }).expect(413);
});

test('nobody gets in without a token, and a stranger is refused before the body is parsed', async () => {
  const reply = await request(app).post('/orders').type('json').send('{bad').expect(401).expect('content-type', /problem\+json/);
  assert.equal(reply.headers['www-authenticate'], 'Bearer');
  await request(app).get('/nothing').set(as('alice')).expect(404).expect('content-type', /problem\+json/);
});

test('an async rejection becomes a 500 without details; the log has them', async () => {
  const reply = await request(app).get('/orders/boom').set(as('alice')).expect(500);
  assert.ok(!reply.text.includes('db.internal'));
  assert.match(logged.at(-1).err.message, /db\.internal/);
  assert.equal(logged.at(-1).requestId, reply.body.requestId);
});

test('what Express 5 does not catch: events and timers need next(err)', async () => {
  const bare = express();
  // region events
  bare.get('/report', (req, res, next) => {
    const job = startReport();
    job.once('error', next); // an event is not a promise: hand it over yourself
    job.once('done', (rows) => res.json(rows));
  });
  // endregion
  bare.use(problem(() => {}));
  const startReport = () => {
    const job = new EventEmitter();
    setImmediate(() => job.emit('error', new Error('disk full')));
    return job;
  };
  await request(bare).get('/report').expect(500);
});

test('an error handler before the routes never runs', async () => {
  const wrong = express();
  wrong.use((err, req, res, next) => res.status(418).end());
  wrong.get('/', async () => { throw new Error('x'); });
  wrong.set('env', 'test');
  await request(wrong).get('/').expect(500);
});
