-- A filter on a JSON key against the same filter on a column. PostgreSQL 15; psql -X -q -f json_columns.sql
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;
CREATE TABLE events AS
SELECT n AS id, CASE WHEN n % 1000 = 0 THEN 'refund' ELSE 'sale' END AS kind,
       jsonb_build_object('kind', CASE WHEN n % 1000 = 0 THEN 'refund' ELSE 'sale' END, 'note', repeat('x', 60)) AS doc
FROM generate_series(1, 200000) n;
VACUUM ANALYZE events;
\echo -- region json-estimate
\echo '-- column: the planner knows how common each value is'
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT id FROM events WHERE kind = 'sale';
\echo '-- the same fact inside jsonb: a fixed guess of 0.5 %'
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT id FROM events WHERE doc ->> 'kind' = 'sale';
\echo '-- promoted to a generated column and analysed'
ALTER TABLE events ADD COLUMN doc_kind text GENERATED ALWAYS AS (doc ->> 'kind') STORED;
ANALYZE events;
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT id FROM events WHERE doc_kind = 'sale';
\echo -- endregion
DROP TABLE events;
