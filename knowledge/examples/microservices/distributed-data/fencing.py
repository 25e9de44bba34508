"""A lease that expires while its holder sleeps, and a store that refuses the late write."""
from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT, until REAL NOT NULL, token INTEGER NOT NULL);
CREATE TABLE report (id TEXT PRIMARY KEY, body TEXT, token INTEGER NOT NULL DEFAULT 0);
INSERT INTO report VALUES ('daily', NULL, 0);"""


# region fencing
def acquire(db: sqlite3.Connection, name: str, holder: str, ttl: float, now: float) -> int | None:
    """The lease for `ttl` seconds, or None. Returns a token that only ever grows: the fencing token."""
    with db:
        row = db.execute(
            "INSERT INTO lease (name, holder, until, token) VALUES (?, ?, ?, 1) "
            "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, "
            "token = lease.token + 1 WHERE lease.until <= ? RETURNING token",
            (name, holder, now + ttl, now),        # `now` is the lock store's clock, never the client's
        ).fetchone()
    return row[0] if row else None


def write_unfenced(db: sqlite3.Connection, body: str) -> None:
    with db:
        db.execute("UPDATE report SET body = ? WHERE id = 'daily'", (body,))


def write_fenced(db: sqlite3.Connection, body: str, token: int) -> bool:
    """The RESOURCE compares: a holder whose lease has passed on is refused, however late it wakes up."""
    with db:
        return db.execute(
            "UPDATE report SET body = ?, token = ? WHERE id = 'daily' AND token <= ?", (body, token, token)
        ).rowcount == 1
# endregion fencing
