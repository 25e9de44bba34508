import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { acceptFor, liveServer } from './upgrade.mjs';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const GOOD = {
  Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Version': '13',
  Origin: 'https://app.example.com', Cookie: 'session=ada',
};

async function handshake(server, headers) {
  const req = request({ host: '127.0.0.1', port: server.address().port, headers, agent: false });
  req.end();
  const [kind, res, socket] = await Promise.race([
    once(req, 'upgrade').then((args) => ['upgrade', ...args]),
    once(req, 'response').then((args) => ['response', ...args]),
  ]);
  socket?.destroy();
  res.resume();
  return { kind, status: res.statusCode, headers: res.headers };
}

test('the accept value of RFC 6455 section 1.3', () => {
  assert.equal(acceptFor(KEY), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

test('every check happens before the 101', async () => {
  const server = liveServer({
    origins: new Set(['https://app.example.com']),
    authenticate: async (req) => req.headers.cookie === 'session=ada' && 'ada',
    onSocket: (socket) => socket.end(),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const ok = await handshake(server, GOOD);
    assert.equal(ok.status, 101);
    assert.equal(ok.headers['sec-websocket-accept'], acceptFor(KEY));
    for (const [change, status] of [
      [{ Origin: 'https://evil.example' }, 403],
      [{ Origin: 'https://app.example.com.evil.example' }, 403],
      [{ Cookie: 'session=none' }, 401],
      [{ 'Sec-WebSocket-Version': '8' }, 426],
      [{ 'Sec-WebSocket-Key': 'short' }, 400],
    ]) {
      assert.equal((await handshake(server, { ...GOOD, ...change })).status, status, JSON.stringify(change));
    }
    const plain = await handshake(server, {});
    assert.equal(plain.status, 426);
  } finally {
    server.close();
  }
});
