-- How the kind of primary key changes insert cost and index size. PostgreSQL 15; psql -X -q -f keys.sql
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION uuid7(ms bigint) RETURNS uuid LANGUAGE sql VOLATILE AS $$   -- stands in for uuidv7() of PostgreSQL 18
    SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
            || '8' || substr(md5(random()::text), 1, 15))::uuid
$$;
CREATE TABLE source AS
SELECT n, gen_random_uuid() AS v4, uuid7(1795600000000 + n / 20) AS v7 FROM generate_series(1, 2000000) n;
VACUUM ANALYZE source;
CREATE TABLE by_serial (id bigint PRIMARY KEY);
CREATE TABLE by_v4 (id uuid PRIMARY KEY);
CREATE TABLE by_v7 (id uuid PRIMARY KEY);
CHECKPOINT;
CREATE TEMP TABLE result (kind text, took interval, wal bigint);
DO $$
DECLARE kind text; started timestamptz; lsn pg_lsn;
BEGIN
    FOREACH kind IN ARRAY ARRAY['serial', 'v4', 'v7'] LOOP
        started := clock_timestamp(); lsn := pg_current_wal_insert_lsn();
        EXECUTE format('INSERT INTO by_%s SELECT %s FROM source ORDER BY n', kind, CASE kind WHEN 'serial' THEN 'n' ELSE kind END);
        INSERT INTO result VALUES (kind, clock_timestamp() - started, pg_current_wal_insert_lsn() - lsn);
    END LOOP;
END $$;
\echo -- region keys
\echo '-- 2,000,000 inserts in key order of arrival: kind, seconds, WAL written, size of the primary-key index'
SELECT kind, round(extract(epoch FROM took), 1) || ' s', pg_size_pretty(wal), pg_size_pretty(pg_relation_size(format('by_%s_pkey', kind)))
FROM result;
\echo -- endregion
DROP TABLE source, by_serial, by_v4, by_v7;
DROP FUNCTION uuid7;
