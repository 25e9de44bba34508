-- Runs the slow queries of this guide, adds the index and runs them again. Load setup.sql first.
-- psql -X -v ON_ERROR_STOP=1 -f plans.sql > plans.out.txt
\pset format unaligned
\pset tuples_only on
\set QUIET on
SET max_parallel_workers_per_gather = 0;   -- one process: plans are shorter and easier to read
SET TimeZone = 'UTC';

\echo -- region which-index
\echo '-- before: no index but the primary key'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF)
SELECT id, total_cents, created_at FROM orders
WHERE customer_id = 4242 AND status = 'paid' ORDER BY created_at DESC LIMIT 20;
CREATE INDEX orders_customer_status_created_idx ON orders (customer_id, status, created_at DESC);
\echo '-- after: CREATE INDEX ON orders (customer_id, status, created_at DESC)'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF)
SELECT id, total_cents, created_at FROM orders
WHERE customer_id = 4242 AND status = 'paid' ORDER BY created_at DESC LIMIT 20;
\echo -- endregion
DROP INDEX orders_customer_status_created_idx;

\echo -- region composite-order
CREATE INDEX orders_created_customer_idx ON orders (created_at, customer_id);
\echo '-- index (created_at, customer_id): the range first'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF)
SELECT count(*) FROM orders WHERE customer_id = 1 AND created_at >= '2025-06-01' AND created_at < '2025-07-01';
DROP INDEX orders_created_customer_idx;
CREATE INDEX orders_customer_created_idx ON orders (customer_id, created_at);
\echo '-- index (customer_id, created_at): the equality first'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF)
SELECT count(*) FROM orders WHERE customer_id = 1 AND created_at >= '2025-06-01' AND created_at < '2025-07-01';
\echo -- endregion
DROP INDEX orders_customer_created_idx;

CREATE INDEX orders_customer_idx ON orders (customer_id);
CREATE INDEX orders_created_idx ON orders (created_at);
CREATE INDEX orders_status_idx ON orders (status);
CREATE INDEX customers_email_idx ON customers (email);
\echo -- region index-not-used
\echo '-- numeric parameter: every customer_id is cast, the index on integer is useless'
EXPLAIN (COSTS OFF) SELECT id FROM orders WHERE customer_id = 4242.0;
\echo '-- a function around the column; the half-open range below it uses the index'
EXPLAIN (COSTS OFF) SELECT id FROM orders WHERE date_trunc('day', created_at) = '2025-06-01';
EXPLAIN (COSTS OFF) SELECT id FROM orders WHERE created_at >= '2025-06-01' AND created_at < '2025-06-02';
\echo '-- prefix search in a database whose collation is not C'
EXPLAIN (COSTS OFF) SELECT id FROM customers WHERE email LIKE 'User42%';
\echo '-- not selective: 90 % of the rows, then 0.1 % of the rows'
EXPLAIN SELECT note FROM orders WHERE status = 'paid';
EXPLAIN SELECT note FROM orders WHERE status = 'pending';
\echo -- endregion
DROP INDEX orders_customer_idx, orders_created_idx, orders_status_idx, customers_email_idx;

CREATE UNIQUE INDEX customers_email_lower_key ON customers (lower(email));
ANALYZE customers;
\echo -- region join-before
\echo '-- no index on orders.customer_id'
EXPLAIN (ANALYZE, BUFFERS)
SELECT c.id, sum(o.total_cents) FROM customers c JOIN orders o ON o.customer_id = c.id
WHERE lower(c.email) IN ('user1@example.com', 'user777@example.com') GROUP BY c.id;
\echo -- endregion
CREATE INDEX orders_customer_idx ON orders (customer_id);
\echo -- region join-after
\echo '-- after CREATE INDEX ON orders (customer_id)'
EXPLAIN (ANALYZE, BUFFERS)
SELECT c.id, sum(o.total_cents) FROM customers c JOIN orders o ON o.customer_id = c.id
WHERE lower(c.email) IN ('user1@example.com', 'user777@example.com') GROUP BY c.id;
\echo -- endregion
SET work_mem = '256kB';
\echo -- region hash-spill
\echo '-- work_mem = 256kB: eight batches, through temporary files'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF)
SELECT c.country, sum(o.total_cents) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.country;
\echo -- endregion
RESET work_mem;

CREATE UNIQUE INDEX orders_created_id_key ON orders (created_at, id);
\echo -- region deep-offset
\echo '-- LIMIT 20 OFFSET 500000'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF)
SELECT id, total_cents, created_at FROM orders ORDER BY created_at DESC, id DESC LIMIT 20 OFFSET 500000;
\echo '-- WHERE (created_at, id) < (last seen pair): same index, same 20 rows'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF)
SELECT id, total_cents, created_at FROM orders
WHERE (created_at, id) < ('2025-06-23 14:40:30Z', 500001) ORDER BY created_at DESC, id DESC LIMIT 20;
\echo '-- the same condition written with OR'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF)
SELECT id, total_cents, created_at FROM orders
WHERE created_at < '2025-06-23 14:40:30Z' OR (created_at = '2025-06-23 14:40:30Z' AND id < 500001)
ORDER BY created_at DESC, id DESC LIMIT 20;
\echo -- endregion

\echo -- region statistics
\echo '-- country decides currency, but the planner multiplies the two fractions'
EXPLAIN (ANALYZE, SUMMARY OFF) SELECT id FROM customers WHERE country = 'DE' AND currency = 'EUR';
CREATE STATISTICS customers_country_currency (dependencies, mcv) ON country, currency FROM customers;
ANALYZE customers;
\echo '-- after CREATE STATISTICS (dependencies, mcv) ON country, currency and ANALYZE'
EXPLAIN (ANALYZE, SUMMARY OFF) SELECT id FROM customers WHERE country = 'DE' AND currency = 'EUR';
UPDATE orders SET total_cents = total_cents + 1 WHERE customer_id = 1;
\echo '-- index-only scan after an UPDATE of those rows, then after VACUUM'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF) SELECT count(*) FROM orders WHERE customer_id = 1;
VACUUM orders;
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF) SELECT count(*) FROM orders WHERE customer_id = 1;
\echo -- endregion

CREATE INDEX orders_pending_idx ON orders (created_at) WHERE status = 'pending';
CREATE INDEX orders_cover_idx ON orders (customer_id, created_at DESC) INCLUDE (total_cents);
VACUUM ANALYZE orders;
\echo -- region sizes
SELECT relname || '  ' || pg_size_pretty(pg_relation_size(oid)) FROM pg_class
WHERE relkind = 'i' AND relname LIKE 'orders%' ORDER BY relname;
\echo -- endregion
\echo -- region covering
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF)
SELECT created_at, total_cents FROM orders WHERE customer_id = 777 ORDER BY created_at DESC LIMIT 50;
\echo -- endregion
\echo -- region partial
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF)
SELECT id FROM orders WHERE status = 'pending' ORDER BY created_at LIMIT 10;
\echo -- endregion

PREPARE waiting(text) AS SELECT id FROM orders WHERE status = $1 ORDER BY created_at LIMIT 10;
\echo -- region generic-plan
\echo '-- PREPARE waiting(text) AS SELECT id FROM orders WHERE status = $1 ORDER BY created_at LIMIT 10'
\echo '-- first executions: planned with the value, the partial index qualifies'
EXPLAIN (COSTS OFF) EXECUTE waiting('pending');
SET plan_cache_mode = force_generic_plan;
\echo '-- generic plan: the value is unknown, so the partial index cannot be used'
EXPLAIN (COSTS OFF) EXECUTE waiting('pending');
\echo -- endregion
RESET plan_cache_mode;

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX customers_email_trgm_idx ON customers USING gin (email gin_trgm_ops);
CREATE INDEX customers_email_prefix_idx ON customers (email text_pattern_ops);
\echo -- region text-search
\echo '-- ILIKE with a leading wildcard: GIN (email gin_trgm_ops)'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF) SELECT id FROM customers WHERE email ILIKE '%ser4242@%';
\echo '-- prefix: btree (email text_pattern_ops)'
EXPLAIN (COSTS OFF) SELECT id FROM customers WHERE email LIKE 'User4242%';
\echo -- endregion

\echo -- region count-all
\echo '-- SELECT count(*) of everything'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF) SELECT count(*) FROM orders;
\echo '-- the estimate the planner already has'
SELECT reltuples::bigint FROM pg_class WHERE oid = 'orders'::regclass;
\echo -- endregion
\echo -- region count-exists
\echo '-- customers with a refund: join and DISTINCT'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF)
SELECT DISTINCT c.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.status = 'refunded';
\echo '-- the same set with EXISTS'
EXPLAIN (ANALYZE, BUFFERS, SUMMARY OFF, COSTS OFF)
SELECT c.id FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id AND o.status = 'refunded');
\echo -- endregion
