import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditLock } from './lockAudit.mjs';

const good = {
  version: '1.2.3',
  resolved: 'https://registry.npmjs.org/left/-/left-1.2.3.tgz',
  integrity: 'sha512-abc',
};
const lock = (entry, path = 'node_modules/left') => ({ packages: { '': { name: 'app' }, [path]: entry } });

test('an ordinary entry, a scoped one and an allowed script pass', () => {
  assert.deepEqual(auditLock(lock(good)), []);
  const scoped = { ...good, resolved: 'https://registry.npmjs.org/@acme/left/-/left-1.2.3.tgz' };
  assert.deepEqual(auditLock(lock(scoped, 'node_modules/x/node_modules/@acme/left')), []);
  assert.deepEqual(auditLock(lock({ ...good, hasInstallScript: true }), { allowedScripts: ['left@1.2.3'] }), []);
});

for (const [what, change] of [
  ['another host', { resolved: 'https://evil.example/left/-/left-1.2.3.tgz' }],
  ['git', { resolved: 'git+ssh://git@git.example/left.git#abc' }],
  ['another package under the same name', { resolved: 'https://registry.npmjs.org/lefft/-/lefft-1.2.3.tgz' }],
  ['no integrity', { integrity: undefined }],
  ['sha1 only', { integrity: 'sha1-abc' }],
  ['a new install script', { hasInstallScript: true }],
]) {
  test(`reports ${what}`, () => {
    assert.equal(auditLock(lock({ ...good, ...change })).length, 1);
  });
}

test('a new version of an allowed package is asked again', () => {
  const next = { ...good, version: '1.2.4', resolved: good.resolved.replace('1.2.3', '1.2.4'), hasInstallScript: true };
  assert.equal(auditLock(lock(next), { allowedScripts: ['left@1.2.3'] }).length, 1);
});
