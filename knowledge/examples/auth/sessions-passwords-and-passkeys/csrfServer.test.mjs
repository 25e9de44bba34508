import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { server, transfers } from './csrfServer.mjs';

before(() => new Promise((done) => server.listen(0, '127.0.0.1', done)));
after(() => server.close());

// node:http instead of fetch: fetch refuses to set Sec-Fetch-* and Cookie like a browser page would be refused
function send(path, headers, data) {
  return new Promise((resolve, reject) => {
    const req = http.request({ port: server.address().port, host: '127.0.0.1', path, method: 'POST', headers, agent: false }, (res) => {
      res.resume().on('end', () => resolve(res));
    });
    req.on('error', reject).end(data);
  });
}
const here = { origin: 'https://app.example.com', 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };

async function signIn() {
  const res = await send('/login', here, JSON.stringify({ name: 'ann', password: 'correct horse battery' }));
  assert.equal(res.statusCode, 204);
  return res.headers['set-cookie'][0].split(';')[0];
}

// what <form enctype="text/plain"> on https://evil.example makes a browser send, once it attaches the cookie
const forged = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' };
const payload = '{"to":"mallory","amount":100,"ignore":"="}';

test('a form on another site moves money on the vulnerable endpoint, not on the fixed one', async () => {
  const cookie = await signIn();
  assert.equal((await send('/vulnerable', { ...forged, cookie }, payload)).statusCode, 204);
  assert.deepEqual(transfers.at(-1), { user: 'ann', to: 'mallory', amount: 100, ignore: '=' });
  const count = transfers.length;
  assert.equal((await send('/transfer', { ...forged, cookie }, payload)).statusCode, 403);
  assert.equal((await send('/transfer', { ...forged, 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com', cookie }, payload)).statusCode, 403);
  assert.equal((await send('/transfer', { ...here, 'content-type': 'text/plain', cookie }, payload)).statusCode, 415);
  assert.equal(transfers.length, count);
});

test('the own page works, and login from another site is refused', async () => {
  const cookie = await signIn();
  assert.equal((await send('/transfer', { ...here, cookie }, '{"to":"bob","amount":1}')).statusCode, 204);
  assert.equal((await send('/login', forged, JSON.stringify({ name: 'ann', password: 'correct horse battery' }))).statusCode, 403);
});
