import assert from 'node:assert/strict';
import test from 'node:test';
import { authenticate, issueKey } from './apiKeys.mjs';

test('a good key passes; wrong secret, expired, revoked and malformed keys do not', () => {
  const store = new Map();
  const key = issueKey(store, 'acme', ['orders:read'], 2_000);
  const id = key.split('_')[2];
  assert.equal(authenticate(store, key, 1_000).account, 'acme');
  const flipped = key.at(-2) === 'A' ? 'B' : 'A';
  assert.equal(authenticate(store, key.slice(0, -2) + flipped + key.at(-1), 1_000), null);
  assert.equal(authenticate(store, key, 2_000), null);
  for (const bad of ['', 'x', `${key}\n`, key.replace(id, '0'.repeat(16))]) assert.equal(authenticate(store, bad, 1_000), null);
  store.get(id).revokedAt = 1_000;
  assert.equal(authenticate(store, key, 1_000), null);
});

test('the store holds nothing that can be sent as a key', () => {
  const store = new Map();
  const key = issueKey(store, 'acme', [], Infinity);
  const [[id, row]] = store;
  assert.equal(JSON.stringify([...store]).includes(key.slice(-43)), false);
  assert.equal(authenticate(store, `shop_live_${id}_${row.hash.toString('base64url')}`), null);
});
