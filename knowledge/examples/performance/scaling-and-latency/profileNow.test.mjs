import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hottest, profileNow } from './profileNow.mjs';

function slowJson() {
  let text = '';
  for (let n = 0; n < 40_000; n++) text += String.fromCharCode(97 + (n % 26));
  return text.split('').sort().join('').length;
}

test('the hot function leads the list', async () => {
  const work = setInterval(slowJson, 1);
  try {
    const profile = await profileNow(0.3);
    const names = hottest(profile, 6).map(([name]) => name);
    assert.ok(names.some((name) => name.startsWith('slowJson profileNow.test.mjs:')), names.join('\n'));
  } finally {
    clearInterval(work);
  }
});

test('only one at a time', async () => {
  const first = profileNow(0.05);
  await assert.rejects(profileNow(0.05), /already/);
  await first;
});
