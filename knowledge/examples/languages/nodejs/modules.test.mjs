import assert from 'node:assert/strict';
import { test } from 'node:test';
import { here, legacy, require, total } from './modules/modern.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
const canRequireEsm = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);

test('ESM loads CommonJS and CommonJS loads ESM', { skip: !canRequireEsm }, async () => {
  assert.equal(total(100), 119);
  assert.equal(legacy.total, total);
  assert.equal((await legacy.loadLater()).VAT, 0.19);
  assert.ok(here.endsWith('nodejs/modules'));
});

test('top-level await anywhere in the graph makes require() throw', { skip: !canRequireEsm }, () => {
  assert.throws(() => require('./topLevelAwait.mjs'), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
});
