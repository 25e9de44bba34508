-- How far behind is each standby? PostgreSQL 15.
-- region lag
-- on the primary: bytes not yet replayed, and how old they are (NULL when idle and caught up)
SELECT application_name, state, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS bytes_behind, replay_lag
FROM pg_stat_replication;

-- on a standby: seconds since the last replayed commit; it also grows when the primary is idle, so compare positions first
SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN interval '0'
            ELSE now() - pg_last_xact_replay_timestamp() END AS behind;
-- endregion
