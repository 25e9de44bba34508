-- One table, the index types, their sizes and what they serve. PostgreSQL 15; psql -X -q -v ON_ERROR_STOP=1 -f indexes.sql
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '
SET max_parallel_workers_per_gather = 0;
SET TimeZone = 'UTC';
SELECT setseed(0.1) \g /dev/null
CREATE TABLE readings AS
SELECT n AS id, timestamptz '2026-01-01Z' + n * interval '5 seconds' AS at, md5(n::text) AS token,
       ARRAY['t' || n % 50, 't' || n % 7] AS tags,
       jsonb_build_object('device', n % 1000, 'kind', CASE n % 100 WHEN 0 THEN 'alarm' ELSE 'info' END, 'code', 'E' || n % 5000) AS doc
FROM generate_series(1, 1000000) n;
VACUUM ANALYZE readings;
CREATE INDEX at_btree ON readings (at);
CREATE INDEX at_brin ON readings USING brin (at);
CREATE INDEX token_btree ON readings (token);
CREATE INDEX token_hash ON readings USING hash (token);
CREATE INDEX tags_gin ON readings USING gin (tags);
CREATE INDEX doc_gin ON readings USING gin (doc);
CREATE INDEX doc_gin_path ON readings USING gin (doc jsonb_path_ops);
CREATE INDEX doc_code ON readings ((doc ->> 'code'));
\echo -- region sizes
\echo '-- 1,000,000 rows'
SELECT rpad(pg_size_pretty(pg_relation_size('readings')), 8), 'the table';
SELECT rpad(pg_size_pretty(pg_relation_size(c.oid)), 8), rpad(am.amname, 6), replace(pg_get_indexdef(c.oid), 'CREATE INDEX ' || relname || ' ON public.readings ', '')
FROM pg_class c JOIN pg_am am ON am.oid = c.relam WHERE relname ~ '^(at|token|tags|doc)_' AND relkind = 'i' ORDER BY pg_relation_size(c.oid) DESC;
\echo -- endregion
\echo -- region brin
DROP INDEX at_btree;
EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT count(*) FROM readings WHERE at >= '2026-02-01' AND at < '2026-02-02';
\echo -- endregion
\echo -- region jsonb-plans
DROP INDEX doc_gin;
\echo '-- containment goes through GIN'
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT id FROM readings WHERE doc @> '{"code": "E42"}';
\echo '-- ->> goes through the expression index, not through GIN'
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT id FROM readings WHERE doc ->> 'code' = 'E42';
\echo '-- ->> without one: the whole table'
DROP INDEX doc_code;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT id FROM readings WHERE doc ->> 'code' = 'E42';
\echo -- endregion
DROP TABLE readings;
