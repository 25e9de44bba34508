-- Which DDL locks what, and which rewrites or scans the table: measured, not remembered. PostgreSQL 15.
-- psql -X -q -v ON_ERROR_STOP=1 -f safe_ddl.sql > safe_ddl.out.txt
\pset format aligned
\pset border 0
SET client_min_messages = warning;
CREATE TABLE accounts (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE big (id bigint PRIMARY KEY, account_id bigint NOT NULL, code varchar(20), amount integer, note text);
INSERT INTO accounts SELECT n, 'n' FROM generate_series(1, 1000) n;
INSERT INTO big SELECT n, 1 + n % 1000, 'c' || n, n, repeat('x', 40) FROM generate_series(1, 2000000) n;
VACUUM ANALYZE big;
CREATE TEMP TABLE measured (step serial, ddl text, lock text, file text, ms numeric);

CREATE PROCEDURE pg_temp.measure(statement text, keep boolean DEFAULT false) LANGUAGE plpgsql AS $$
DECLARE before oid := pg_relation_filenode('big'); started timestamptz := clock_timestamp(); took numeric; strongest text; file text;
BEGIN
    EXECUTE statement;
    took := extract(epoch FROM clock_timestamp() - started) * 1000;
    file := CASE WHEN pg_relation_filenode('big') = before THEN 'same file' ELSE 'REWRITTEN' END;
    SELECT mode INTO strongest FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'big'::regclass
    ORDER BY array_position(ARRAY['AccessExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock', 'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'AccessShareLock'], mode) LIMIT 1;
    IF NOT keep THEN ROLLBACK; ELSE COMMIT; END IF;
    INSERT INTO measured (ddl, lock, file, ms) VALUES (statement, strongest, file, took);
    COMMIT;
END $$;

CALL pg_temp.measure('ALTER TABLE big ADD COLUMN a text');
CALL pg_temp.measure('ALTER TABLE big ADD COLUMN b integer NOT NULL DEFAULT 0');
CALL pg_temp.measure('ALTER TABLE big ADD COLUMN c uuid NOT NULL DEFAULT gen_random_uuid()');
CALL pg_temp.measure('ALTER TABLE big ALTER code TYPE varchar(40)');
CALL pg_temp.measure('ALTER TABLE big ALTER code TYPE text');
CALL pg_temp.measure('ALTER TABLE big ALTER amount TYPE bigint');
CALL pg_temp.measure('ALTER TABLE big ALTER amount SET NOT NULL');
CALL pg_temp.measure('ALTER TABLE big ADD CONSTRAINT amount_set CHECK (amount IS NOT NULL) NOT VALID', true);
CALL pg_temp.measure('ALTER TABLE big VALIDATE CONSTRAINT amount_set', true);
CALL pg_temp.measure('ALTER TABLE big ALTER amount SET NOT NULL -- after the valid check');
CALL pg_temp.measure('ALTER TABLE big ADD FOREIGN KEY (account_id) REFERENCES accounts (id)');
CALL pg_temp.measure('ALTER TABLE big ADD CONSTRAINT big_account FOREIGN KEY (account_id) REFERENCES accounts (id) NOT VALID', true);
CALL pg_temp.measure('ALTER TABLE big VALIDATE CONSTRAINT big_account');
CALL pg_temp.measure('CREATE INDEX ON big (account_id)');
CALL pg_temp.measure('ALTER TABLE big DROP COLUMN note');
\echo -- region locks
SELECT round(ms) AS ms, file AS "data file", replace(lock, 'Lock', '') AS lock, replace(ddl, 'ALTER TABLE big ', '') AS "ALTER TABLE big …"
FROM measured ORDER BY step;
\echo -- endregion
DROP TABLE big, accounts;
