import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createApp } from './bookings-server.mjs';

// region port-zero
async function start(t) {
  const bookings = new Map();
  const server = createApp({ bookings, verify: (header) => header === 'Bearer good' && 'ann' });
  server.listen(0, '127.0.0.1'); // port 0: a free one, so that test files can run in parallel
  await once(server, 'listening');
  t.after(() => server.close()); // also when the test fails
  const call = (body, token = 'good') => fetch(`http://127.0.0.1:${server.address().port}/bookings`, {
    method: 'POST', body, headers: { Authorization: `Bearer ${token}` },
  });
  return { bookings, call };
}

test('a booking is stored for the caller', async (t) => {
  const { bookings, call } = await start(t);
  const response = await call(JSON.stringify({ room: '204', nights: 2, owner: 'eve' }));
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('location'), '/bookings/1');
  assert.equal(bookings.get(1).owner, 'ann'); // from the token, not from the body
});

for (const [name, body, token, status] of [
  ['no valid token', '{}', 'bad', 401],
  ['not JSON', '{', 'good', 400],
  ['no nights', '{"room":"204"}', 'good', 422],
]) {
  test(`${name} is ${status}`, async (t) => {
    const { bookings, call } = await start(t);
    assert.equal((await call(body, token)).status, status);
    assert.equal(bookings.size, 0); // refused means unchanged
  });
}
// endregion port-zero
