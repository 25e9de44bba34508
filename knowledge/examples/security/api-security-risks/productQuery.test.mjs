import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productQuery } from './productQuery.mjs';

test('values travel as parameters and the sort comes from the list', () => {
  const query = productQuery({ sort: '-price', ids: [3, 1] });
  assert.deepEqual(query.values, [[3, 1]]);
  assert.match(query.text, /ORDER BY price DESC, id DESC$/);
});

for (const input of [
  { sort: 'price; DROP TABLE product', ids: [1] },
  { sort: 'constructor', ids: [1] },
  { sort: ['price'], ids: [1] },
  { sort: 'price', ids: '1,2' },
  { sort: 'price', ids: ['1) OR (1=1'] },
  { sort: 'price', ids: [] },
]) {
  test(`refuses ${JSON.stringify(input)}`, () => {
    assert.throws(() => productQuery(input), { status: 400 });
  });
}
