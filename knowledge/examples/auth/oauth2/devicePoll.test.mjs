import assert from 'node:assert/strict';
import test from 'node:test';
import { signIn } from './devicePoll.mjs';

function setup(replies, start = {}) {
  const waits = [];
  let clock = 0;
  const shown = [];
  const post = async (endpoint) => {
    if (endpoint === 'device_authorization') {
      return { status: 200, body: { device_code: 'secret', user_code: 'WDJB-MJHT', verification_uri: 'https://id.example.com/device', expires_in: 60, ...start } };
    }
    const reply = replies.shift() ?? { status: 400, body: { error: 'authorization_pending' } };
    if (reply instanceof Error) throw reply;
    return reply;
  };
  const sleep = async (ms) => { waits.push(ms); clock += ms; };
  return { waits, shown, run: signIn({ post, clientId: 'tv', scope: 'orders:read', show: (...a) => shown.push(a), sleep, now: () => clock }) };
}
const error = (name) => ({ status: 400, body: { error: name } });

test('polls every five seconds by default, slows down for good, and returns the token', async () => {
  const { run, waits, shown } = setup([error('authorization_pending'), error('slow_down'), error('authorization_pending'), { status: 200, body: { access_token: 't' } }]);
  assert.equal((await run).access_token, 't');
  assert.deepEqual(waits, [5000, 5000, 10000, 10000]);
  assert.deepEqual(shown, [['https://id.example.com/device', 'WDJB-MJHT']]);
});

test('stops when the user refuses, when the code expires, and backs off when the network fails', async () => {
  await assert.rejects(setup([error('access_denied')]).run, /access_denied/);
  await assert.rejects(setup([]).run, /expired_token/);
  const { run, waits } = setup([new Error('timeout'), { status: 503, body: '' }, { status: 200, body: {} }], { interval: 2 });
  await run;
  assert.deepEqual(waits, [2000, 4000, 8000]);
});
