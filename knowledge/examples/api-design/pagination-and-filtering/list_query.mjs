// The same allow-list idea in Node.js 20+: names from a table, values as parameters ($1, $2 … for PostgreSQL).
// region list-query
const SORTS = new Map([["created_at", "o.created_at"], ["total", "o.total_cents"]]);
const FILTERS = new Map([
  ["status", { sql: (p) => `o.status = ${p}`, parse: (v) => (["open", "paid", "void"].includes(v) ? v : undefined) }],
  ["total[gte]", { sql: (p) => `o.total_cents >= ${p}`, parse: (v) => (/^\d{1,12}$/.test(v) ? Number(v) : undefined) }],
]);

export class BadQuery extends Error {
  constructor(parameter, message) {
    super(message);
    this.parameter = parameter;
  }
}

export function listOrdersSql(accountId, searchParams) {
  const params = [accountId];
  const where = ["o.account_id = $1"];
  let order = "o.created_at DESC, o.id DESC";
  let limit = 50;
  for (const [name, value] of searchParams) {
    if (searchParams.getAll(name).length > 1) throw new BadQuery(name, "given more than once");
    if (name === "sort") {
      const column = SORTS.get(value.replace(/^-/, ""));
      if (!column) throw new BadQuery("sort", `can sort by ${[...SORTS.keys()].join(", ")}`);
      const direction = value.startsWith("-") ? "DESC" : "ASC";
      order = `${column} ${direction}, o.id ${direction}`;
    } else if (name === "limit") {
      if (!/^[1-9]\d{0,5}$/.test(value)) throw new BadQuery("limit", "must be a whole number from 1 up");
      limit = Math.min(Number(value), 200);
    } else {
      const parsed = FILTERS.get(name)?.parse(value);
      if (parsed === undefined) throw new BadQuery(name, "unknown filter or value");
      params.push(parsed);
      where.push(FILTERS.get(name).sql(`$${params.length}`));
    }
  }
  return { sql: `SELECT o.* FROM orders o WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT ${limit + 1}`, params };
}
// endregion
