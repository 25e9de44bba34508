import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheControl, canonicalUrl } from './cachePolicy.mjs';

test('the strictest field decides', () => {
  assert.equal(cacheControl([{ maxAge: 300 }, { maxAge: 60 }]), 'public, max-age=0, s-maxage=60');
  assert.equal(cacheControl([{ maxAge: 300 }, {}]), 'no-store');
  assert.equal(cacheControl([{ maxAge: 300 }, { maxAge: 60, scope: 'PRIVATE' }]), 'private, max-age=60');
});

test('a caller with a login never fills the shared cache, errors are never stored', () => {
  assert.equal(cacheControl([{ maxAge: 300 }], { authorised: true }), 'private, max-age=300');
  assert.equal(cacheControl([{ maxAge: 300 }], { errors: [{ message: 'x' }] }), 'no-store');
  assert.equal(cacheControl([]), 'no-store');
});

test('equal variables give one cache key, different variables two', () => {
  const a = canonicalUrl('/graphql', 'sha256:1', { b: 1, a: { d: 1, c: [2, 1] } });
  const b = canonicalUrl('/graphql', 'sha256:1', { a: { c: [2, 1], d: 1 }, b: 1 });
  assert.equal(a, b);
  assert.notEqual(a, canonicalUrl('/graphql', 'sha256:1', { a: { c: [1, 2], d: 1 }, b: 1 }));
});
