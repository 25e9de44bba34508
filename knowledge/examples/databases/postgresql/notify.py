"""LISTEN/NOTIFY wakes a worker; the table remains the truth. Python 3.11, psycopg 3."""

import psycopg


# region listen
def work(url: str, drain, wait: float = 30.0, rounds: int | None = None) -> None:
    """`drain(db)` takes rows until none is left. A lost notification costs at most `wait` seconds."""
    with psycopg.connect(url, autocommit=True) as db:  # a direct connection: not through PgBouncer's transaction mode
        db.execute("LISTEN jobs")
        while rounds is None or rounds > 0:
            drain(db)  # first look: what was added before LISTEN, or while we were away
            for _ in db.notifies(timeout=wait, stop_after=1):
                pass
            rounds = None if rounds is None else rounds - 1


def enqueue(db: psycopg.Connection, payload: str) -> None:
    with db.transaction():
        db.execute("INSERT INTO notify_jobs (payload) VALUES (%s)", (payload,))
        db.execute("SELECT pg_notify('jobs', '')")  # delivered at commit, folded with equal ones, never after a rollback
# endregion
