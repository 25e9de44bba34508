export function memoryOrders() {
  const rows = new Map();
  return {
    async create(order) {
      const row = { id: String(rows.size + 1), ...order, marginCents: 420 };
      rows.set(row.id, row);
      return row;
    },
    async find(id) {
      if (id === 'boom') throw new Error('connect ECONNREFUSED db.internal:5432');
      return rows.get(id);
    },
  };
}

export const TOKENS = new Map([
  ['alice-token', { sub: 'alice', scopes: ['orders:read', 'orders:write'] }],
  ['bob-token', { sub: 'bob', scopes: ['orders:read'] }],
]);
