import assert from 'node:assert/strict';
import { test } from 'node:test';
import { honoApp } from './ordersHono.mjs';
import { TOKENS, memoryOrders } from './ordersStore.mjs';

const app = honoApp({ orders: memoryOrders(), tokens: TOKENS, log: () => {} });
const post = (body, token = 'alice-token') => app.request('/orders', { // no socket, no server
  method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
});

test('creates, refuses unknown members, strangers, big and broken bodies', async () => {
  const made = await post({ sku: 'A-1', quantity: 2 });
  assert.equal(made.status, 201);
  assert.deepEqual(await made.json(), { id: '1', sku: 'A-1', quantity: 2 });
  assert.equal((await post({ sku: 'A-1', quantity: 2, owner: 'bob' })).status, 422);
  const stranger = await post({ sku: 'A-1', quantity: 2 }, null);
  assert.equal(stranger.status, 401);
  assert.match(stranger.headers.get('www-authenticate'), /^Bearer/);
  assert.equal((await post({ sku: 'x'.repeat(200_000), quantity: 2 })).status, 413);
  assert.equal((await post('{bad')).status, 400);
});

test('an unexpected error is a 500 without details', async () => {
  const broken = honoApp({ orders: { create: async () => { throw new Error('db.internal'); } }, tokens: TOKENS, log: () => {} });
  const reply = await broken.request('/orders', { method: 'POST', body: '{"sku":"a","quantity":1}', headers: { 'content-type': 'application/json', authorization: 'Bearer alice-token' } });
  assert.equal(reply.status, 500);
  assert.equal(reply.headers.get('content-type'), 'application/problem+json');
  assert.ok(!(await reply.text()).includes('db.internal'));
});
