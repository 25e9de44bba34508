"""A schedule that fires once across instances: the database decides who enqueues a tick."""
import sqlite3
from datetime import datetime, timedelta, timezone

SCHEMA = """
-- region schema
CREATE TABLE schedule_runs (
  job      TEXT NOT NULL,
  tick     TEXT NOT NULL,                  -- the PLANNED time, not the time somebody woke up
  PRIMARY KEY (job, tick)
);
-- endregion
CREATE TABLE job_queue (id INTEGER PRIMARY KEY, job TEXT NOT NULL, tick TEXT NOT NULL);
"""


# region tick
def planned_tick(now: datetime, every: timedelta, at: timedelta = timedelta()) -> datetime:
    """The last planned time at or before `now`, equal on all instances. Daily is 00:00 UTC; `at` shifts it."""
    step, shift = every.total_seconds(), at.total_seconds()
    return datetime.fromtimestamp((now.timestamp() - shift) // step * step + shift, timezone.utc)


def enqueue_once(
    db: sqlite3.Connection, job: str, now: datetime, every: timedelta, at: timedelta = timedelta()
) -> bool:
    """Called by every instance every few seconds. The unique key lets one of them enqueue."""
    tick = planned_tick(now, every, at).isoformat()
    with db:                                         # claim and job commit together
        won = db.execute(
            "INSERT INTO schedule_runs (job, tick) VALUES (?, ?) ON CONFLICT DO NOTHING", (job, tick),
        ).rowcount == 1
        if won:
            db.execute("INSERT INTO job_queue (job, tick) VALUES (?, ?)", (job, tick))
    return won
# endregion
