-- Three loops as one statement each. PostgreSQL 15 and later, data of setup.sql; everything is rolled back.
BEGIN;
PREPARE set_totals(bigint[], integer[]) AS
-- region set-based
-- UPDATE per row: send two arrays as two parameters
UPDATE orders AS o SET total_cents = v.total
FROM unnest($1::bigint[], $2::integer[]) AS v (id, total)
WHERE o.id = v.id AND o.total_cents IS DISTINCT FROM v.total;
-- endregion
EXECUTE set_totals(ARRAY[1, 2, 3], ARRAY[100, 200, 300]);
-- region top-n
-- newest 3 orders of each of many customers: one index probe per customer instead of one query
SELECT c.id, o.id AS order_id, o.created_at
FROM unnest(ARRAY[1, 777, 4242]) AS c (id)
CROSS JOIN LATERAL (
    SELECT id, created_at FROM orders
    WHERE customer_id = c.id ORDER BY created_at DESC, id DESC LIMIT 3
) AS o;
-- endregion
EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY OFF)
SELECT c.id, o.id AS order_id, o.created_at
FROM unnest(ARRAY[1, 777, 4242]) AS c (id)
CROSS JOIN LATERAL (
    SELECT id, created_at FROM orders
    WHERE customer_id = c.id ORDER BY created_at DESC, id DESC LIMIT 3
) AS o;
ROLLBACK;
