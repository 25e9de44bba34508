import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { expressBehindProxy, fastifyBehindProxy } from './trustProxy.mjs';

// The client forged the first entry; the proxy appended the address it saw.
const headers = { 'x-forwarded-for': '6.6.6.6, 198.51.100.7', 'x-forwarded-proto': 'https' };

async function askExpress(setting) {
  const server = expressBehindProxy(setting).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
  server.closeAllConnections();
  server.close();
  return reply.json();
}

async function askFastify(setting) {
  const app = fastifyBehindProxy(setting);
  const reply = await app.inject({ url: '/', headers });
  await app.close();
  return reply.json();
}

for (const [name, ask] of [['Express', askExpress], ['Fastify', askFastify]]) {
  test(`${name}: true believes the forged entry, a list of proxies does not`, async () => {
    assert.deepEqual(await ask(true), { ip: '6.6.6.6', secure: true });
    assert.deepEqual(await ask(['127.0.0.1/32']), { ip: '198.51.100.7', secure: true });
    assert.deepEqual(await ask(['10.0.0.11']), { ip: '127.0.0.1', secure: false }); // we are not that proxy
  });
}

test('a hop count works in Express and is ignored by Fastify', async () => {
  assert.equal((await askExpress(1)).ip, '198.51.100.7');
  assert.equal((await askExpress(2)).ip, '6.6.6.6'); // one hop too many: forgeable
  assert.equal((await askFastify(1)).ip, '127.0.0.1');
});
