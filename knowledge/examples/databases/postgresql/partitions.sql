-- Range partitions by month: pruning, keys, and dropping old data. PostgreSQL 15; psql -X -q -v ON_ERROR_STOP=1 -f partitions.sql
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;
SET client_min_messages = warning;
SET TimeZone = 'UTC';
-- region ddl
CREATE TABLE events (
    id   bigint      GENERATED ALWAYS AS IDENTITY,
    at   timestamptz NOT NULL,
    kind text        NOT NULL,
    PRIMARY KEY (id, at)                 -- a unique key must contain the partition key
) PARTITION BY RANGE (at);

CREATE TABLE events_2026_10 PARTITION OF events FOR VALUES FROM ('2026-10-01Z') TO ('2026-11-01Z');
CREATE TABLE events_2026_11 PARTITION OF events FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z');
CREATE TABLE events_2026_12 PARTITION OF events FOR VALUES FROM ('2026-12-01Z') TO ('2027-01-01Z');
CREATE INDEX events_kind_at ON events (kind, at);        -- created on every partition

-- the monthly job: add the next month early, detach and drop the oldest
ALTER TABLE events DETACH PARTITION events_2026_10 CONCURRENTLY;   -- outside a transaction
DROP TABLE events_2026_10;
-- endregion
INSERT INTO events (at, kind) SELECT timestamptz '2026-11-01Z' + n * interval '25 seconds', 'k' || n % 10 FROM generate_series(1, 200000) n;
ANALYZE events;
\echo -- region plans
\echo '-- the condition names the partition key: one partition'
EXPLAIN (COSTS OFF) SELECT count(*) FROM events WHERE at >= '2026-12-05Z' AND at < '2026-12-06Z';
\echo '-- it does not: all of them'
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE id = 4711;
\echo '-- a row for which there is no partition'
\set ON_ERROR_STOP off
INSERT INTO events (at, kind) VALUES ('2027-02-01Z', 'late');
\echo '-- unique without the partition key'
ALTER TABLE events ADD UNIQUE (id);
\echo -- endregion
DROP TABLE events;
