-- What to run when "the database is slow". PostgreSQL 15; pg_stat_statements must be in shared_preload_libraries.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

-- region find-slow
-- 1. Which statements cost most in total? Calls times mean is what the server feels.
SELECT round(total_exec_time::numeric)                                        AS total_ms,
       calls,
       round(mean_exec_time::numeric, 2)                                      AS mean_ms,
       round(max_exec_time::numeric, 1)                                       AS max_ms,
       round((100 * total_exec_time / sum(total_exec_time) OVER ())::numeric) AS percent,
       rows / greatest(calls, 1)                                              AS rows_per_call,
       (shared_blks_hit + shared_blks_read) / greatest(calls, 1)              AS blocks_per_call,
       left(regexp_replace(query, '\s+', ' ', 'g'), 60)                       AS query
FROM pg_stat_statements
ORDER BY total_exec_time DESC
LIMIT 10;

-- 2. What is running or waiting now, oldest first?
SELECT pid, state, now() - query_start AS running, wait_event_type, wait_event,
       pg_blocking_pids(pid) AS blocked_by, left(query, 60) AS query
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()
ORDER BY query_start;

-- 3. Which tables are read in full again and again?
SELECT relname, seq_scan, seq_tup_read / greatest(seq_scan, 1) AS rows_per_scan, idx_scan, n_live_tup
FROM pg_stat_user_tables
WHERE seq_scan > 0
ORDER BY seq_tup_read DESC
LIMIT 10;
-- endregion
