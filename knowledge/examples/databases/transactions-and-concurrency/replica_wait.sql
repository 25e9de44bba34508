-- region wait-for
-- PostgreSQL 19. On the primary, after the commit:
SELECT pg_current_wal_insert_lsn();                                           -- 0/306EE20: keep it with the user
-- On the standby, before the read and outside any transaction:
WAIT FOR LSN '0/306EE20' WITH (TIMEOUT '200ms', NO_THROW);                    -- success | timeout | not in recovery
-- endregion
