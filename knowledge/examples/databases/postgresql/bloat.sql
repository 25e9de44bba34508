-- What an open transaction does to vacuum. PostgreSQL 15; psql -X -q -v ON_ERROR_STOP=1 -f bloat.sql 2>&1 | grep -vE "INFO|rate:|usage:|^pages|index scan"
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dblink;
RESET client_min_messages;
CREATE TABLE queue_rows (id integer PRIMARY KEY, state text NOT NULL, payload text) WITH (autovacuum_enabled = off);
INSERT INTO queue_rows SELECT n, 'ready', repeat('x', 100) FROM generate_series(1, 100000) n;
VACUUM ANALYZE queue_rows;
\echo -- region bloat
SELECT 'start', pg_size_pretty(pg_relation_size('queue_rows'));
\echo '-- five rounds of UPDATE all rows + VACUUM'
UPDATE queue_rows SET state = 'a'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'b'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'c'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'd'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'e'; VACUUM queue_rows;
SELECT 'alone', pg_size_pretty(pg_relation_size('queue_rows'));
\echo '-- the same five rounds while another session sits "idle in transaction" with a snapshot'
SELECT dblink_connect('other', format('dbname=%s host=127.0.0.1 port=%s user=%s', current_database(), current_setting('port'), current_user)) \g /dev/null
SELECT dblink_exec('other', 'BEGIN ISOLATION LEVEL REPEATABLE READ') \g /dev/null
SELECT * FROM dblink('other', 'SELECT 1') AS t (x int) \g /dev/null
UPDATE queue_rows SET state = 'a'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'b'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'c'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'd'; VACUUM queue_rows;
UPDATE queue_rows SET state = 'e'; VACUUM queue_rows;
SELECT 'held back', pg_size_pretty(pg_relation_size('queue_rows'));
\set VERBOSITY terse
VACUUM (VERBOSE, PROCESS_TOAST off) queue_rows;
SELECT 'the culprit', state, age(backend_xmin) || ' transactions old' FROM pg_stat_activity
WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database();
SELECT dblink_disconnect('other') \g /dev/null
VACUUM queue_rows;
SELECT 'after vacuum', pg_size_pretty(pg_relation_size('queue_rows'));
\echo -- endregion
DROP TABLE queue_rows;
