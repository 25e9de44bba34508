// region node
const SORTS = new Map([ // a Map: with an object literal, sort=constructor would find something
  ['name', 'name ASC, id ASC'], ['-name', 'name DESC, id DESC'],
  ['price', 'price ASC, id ASC'], ['-price', 'price DESC, id DESC'],
]);

export function productQuery({ sort, ids }) {
  const order = SORTS.get(sort);
  if (!order) throw Object.assign(new Error(`sort must be one of ${[...SORTS.keys()]}`), { status: 400 });
  if (!Array.isArray(ids) || ids.length < 1 || ids.length > 100 || !ids.every(Number.isSafeInteger)) {
    throw Object.assign(new Error('1 to 100 integer ids'), { status: 400 });
  }
  return { text: `SELECT id, name, price FROM product WHERE id = ANY($1::bigint[]) ORDER BY ${order}`, values: [ids] };
} // pool.query(productQuery(input)) with the pg driver
// endregion node

