import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrames } from './grpcWebFrames.mjs';

function frame(flags, text) {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

test('messages, then trailers with the status', () => {
  const { messages, status } = readFrames(Buffer.concat([frame(0, 'one'), frame(0, 'two'), frame(0x80, 'grpc-status: 0\r\n')]));
  assert.deepEqual(messages.map(String), ['one', 'two']);
  assert.equal(status, 0);
});

test('a failed call is HTTP 200 with a status in the body', () => {
  const { messages, status, text } = readFrames(frame(0x80, 'grpc-status:9\r\ngrpc-message:only%205%20left\r\n'));
  assert.deepEqual([messages.length, status, text], [0, 9, 'only 5 left']);
});

test('a body without trailers is a broken stream, not an empty success', () => {
  assert.throws(() => readFrames(frame(0, 'one')), /no grpc-status/);
  assert.throws(() => readFrames(frame(0, 'one').subarray(0, 6)), /truncated/);
});
