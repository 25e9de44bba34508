"""Unique and debounced jobs in a SQL queue. SQLite or PostgreSQL."""
import sqlite3

SCHEMA = """
-- region schema
CREATE TABLE jobs (
  id         INTEGER PRIMARY KEY,          -- PostgreSQL: bigint GENERATED ALWAYS AS IDENTITY
  kind       TEXT NOT NULL,
  unique_key TEXT NOT NULL,                -- 'reindex:product-7'
  state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  run_at     REAL NOT NULL,
  first_asked REAL NOT NULL                -- caps the debounce: a steady stream must not postpone for ever
);
CREATE UNIQUE INDEX one_waiting ON jobs (kind, unique_key) WHERE state = 'waiting';
-- endregion
"""


# region debounce
def enqueue_debounced(db: sqlite3.Connection, kind: str, key: str, now: float,
                      quiet: float = 5, at_most: float = 60) -> None:
    """Run once after `quiet` seconds without another request, `at_most` seconds after the first one.

    Only a WAITING job is merged. A running one has already read its data, so a new request makes a new row.
    """
    with db:
        db.execute(
            "INSERT INTO jobs (kind, unique_key, run_at, first_asked) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (kind, unique_key) WHERE state = 'waiting' DO UPDATE SET "
            "run_at = CASE WHEN excluded.run_at < jobs.first_asked + ? THEN excluded.run_at ELSE jobs.first_asked + ? END",
            (kind, key, now + quiet, now, at_most, at_most),
        )
# endregion


# region health
HEALTH = """
SELECT kind,
       count(*) FILTER (WHERE state = 'waiting' AND run_at <= :now)                AS ready,
       coalesce(max(:now - run_at) FILTER (WHERE state = 'waiting' AND run_at <= :now), 0) AS oldest_ready_seconds,
       count(*) FILTER (WHERE state = 'running')                                   AS running,
       count(*) FILTER (WHERE state = 'failed')                                    AS failed
FROM jobs GROUP BY kind
"""
# endregion
