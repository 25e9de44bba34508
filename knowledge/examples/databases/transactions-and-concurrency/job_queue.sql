-- A work queue in a table: lease instead of a long transaction. PostgreSQL 15; run by test_job_queue.py.

-- region ddl
CREATE TABLE jobs (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload    jsonb       NOT NULL,
    run_at     timestamptz NOT NULL DEFAULT now(),
    attempts   integer     NOT NULL DEFAULT 0,
    locked_by  uuid,                                   -- lease: who, and until when
    locked_to  timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX jobs_due ON jobs (run_at, id);
-- endregion
