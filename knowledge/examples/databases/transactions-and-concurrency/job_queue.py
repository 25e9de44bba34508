"""Claim, work, finish: three short statements. Python 3.11, psycopg 3, PostgreSQL."""

import uuid

import psycopg

# region claim
CLAIM = """
WITH due AS MATERIALIZED (            -- picked once; inside IN (…) a plan may run it again and take more
    SELECT id FROM jobs
    WHERE run_at <= now() AND (locked_to IS NULL OR locked_to < now()) AND attempts < 10
    ORDER BY run_at, id LIMIT %(batch)s
    FOR UPDATE SKIP LOCKED            -- rows another worker is claiming now are passed over, not waited for
)
UPDATE jobs SET locked_by = %(me)s, locked_to = now() + interval '60 seconds', attempts = attempts + 1
FROM due WHERE jobs.id = due.id
RETURNING jobs.id, payload
"""


def claim(db: psycopg.Connection, me: uuid.UUID, batch: int = 10) -> list[tuple]:
    return db.execute(CLAIM, {"me": me, "batch": batch}).fetchall()  # autocommit: no lock is held while working


def finish(db: psycopg.Connection, me: uuid.UUID, job: int) -> bool:
    """False when the lease ran out and somebody else has the job: do not report success."""
    return db.execute("DELETE FROM jobs WHERE id = %s AND locked_by = %s", (job, me)).rowcount == 1


def fail(db: psycopg.Connection, me: uuid.UUID, job: int) -> None:
    db.execute(
        "UPDATE jobs SET locked_by = NULL, locked_to = NULL, run_at = now() + interval '5 s' * 2 ^ attempts "
        "WHERE id = %s AND locked_by = %s", (job, me))
# endregion
