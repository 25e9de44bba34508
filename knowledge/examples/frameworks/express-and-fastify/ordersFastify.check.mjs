import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Fastify from 'fastify';
import fp from 'fastify-plugin';
import { buildApp, createOrderSchema } from './ordersFastify.mjs';
import { TOKENS, memoryOrders } from './ordersStore.mjs';

// region inject
const app = buildApp({ orders: memoryOrders(), tokens: TOKENS, logger: false });
after(() => app.close());
const call = (method, url, { as, ...rest } = {}) => app.inject({ method, url, headers: as && { authorization: `Bearer ${as}-token` }, ...rest });

test('creates, hides internal columns, and hides other users orders', async () => {
  const made = await call('POST', '/orders', { as: 'alice', payload: { sku: 'A-1', quantity: 2 } });
  assert.equal(made.statusCode, 201);
  assert.deepEqual(made.json(), { id: '1', sku: 'A-1', quantity: 2 }); // no marginCents, no owner
  assert.equal((await call('GET', '/orders/1', { as: 'alice' })).statusCode, 200);
  assert.equal((await call('GET', '/orders/1', { as: 'bob' })).statusCode, 404);
  assert.equal((await call('POST', '/orders', { as: 'bob', payload: { sku: 'A-1', quantity: 2 } })).statusCode, 403);
});
// endregion

test('the hook guards its scope only', async () => {
  assert.equal((await call('GET', '/livez')).statusCode, 200);
  const stranger = await call('POST', '/orders', { payload: '{bad', headers: { 'content-type': 'application/json' } });
  assert.equal(stranger.statusCode, 401); // refused before the body is parsed
  assert.equal(stranger.headers['www-authenticate'], 'Bearer');
});

test('strict input: no coercion, unknown members are errors', async () => {
  for (const payload of [{ sku: 'A-1', quantity: '2' }, { sku: 'A-1', quantity: 2, owner: 'bob' }, { sku: '' }]) {
    const reply = await call('POST', '/orders', { as: 'alice', payload });
    assert.equal(reply.statusCode, 400);
    assert.match(reply.headers['content-type'], /problem\+json/);
  }
});

test('defaults coerce and silently drop unknown members', async () => {
  const loose = Fastify();
  loose.post('/', { schema: { body: createOrderSchema.body } }, async (request) => request.body);
  const reply = await loose.inject({ method: 'POST', url: '/', payload: { sku: 5, quantity: '2', owner: 'bob' } });
  assert.deepEqual(reply.json(), { sku: '5', quantity: 2 });
});

test('a status without a response schema is not filtered, and the default handler sends the message', async () => {
  const leaky = Fastify();
  const schema = { response: { 200: { type: 'object', properties: { id: { type: 'string' } } } } };
  leaky.get('/other', { schema }, async (request, reply) => reply.code(203).send({ id: '1', secret: 'x' }));
  leaky.get('/listed', { schema }, async () => ({ id: '1', secret: 'x' }));
  leaky.get('/crash', async () => { throw new Error('connect db.internal:5432'); });
  assert.match((await leaky.inject('/other')).body, /secret/);
  assert.deepEqual((await leaky.inject('/listed')).json(), { id: '1' });
  assert.match((await leaky.inject('/crash')).body, /db\.internal/);
  const reply = await call('GET', '/orders/boom', { as: 'alice' });
  assert.equal(reply.statusCode, 500);
  assert.ok(!reply.body.includes('db.internal'));
});

test('a plain plugin keeps its decorator; fastify-plugin shares it', async () => {
  const root = Fastify();
  root.register(async (child) => { child.decorate('mine', 1); });
  root.register(fp(async (child) => { child.decorate('shared', 2); }));
  await root.ready();
  assert.equal(root.mine, undefined);
  assert.equal(root.shared, 2);
});
