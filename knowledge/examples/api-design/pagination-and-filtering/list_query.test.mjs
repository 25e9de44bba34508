import assert from "node:assert/strict";
import { test } from "node:test";
import { BadQuery, listOrdersSql } from "./list_query.mjs";

const build = (query) => listOrdersSql("acme", new URLSearchParams(query));

test("names come from the table, values become parameters", () => {
  const { sql, params } = build("status=paid&total[gte]=300&sort=-total&limit=5");
  assert.equal(
    sql,
    "SELECT o.* FROM orders o WHERE o.account_id = $1 AND o.status = $2 AND o.total_cents >= $3" +
      " ORDER BY o.total_cents DESC, o.id DESC LIMIT 6",
  );
  assert.deepEqual(params, ["acme", "paid", 300]);
});

test("limit is clamped, nonsense refused", () => {
  assert.match(build("limit=100000").sql, /LIMIT 201$/);
  for (const bad of ["limit=0", "limit=-1", "limit=1e9", "limit=abc"]) assert.throws(() => build(bad), BadQuery);
});

test("a repeated parameter is refused, not decided by its position", () => {
  for (const bad of ["limit=5&limit=9", "status=paid&status=open", "sort=total&sort=-total"]) assert.throws(() => build(bad), BadQuery);
});

test("injection and inherited names are refused", () => {
  for (const bad of ["sort=id;drop table orders", "sort=constructor", "__proto__=x", "constructor=x", "status=x' OR 1=1"]) {
    assert.throws(() => build(bad), BadQuery);
  }
});
