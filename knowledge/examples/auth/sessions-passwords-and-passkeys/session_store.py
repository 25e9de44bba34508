"""Server-side sessions in a table (SQLite stands in for any SQL database or Redis)."""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable

SCHEMA = """
CREATE TABLE session (
    id_hash    BLOB PRIMARY KEY,   -- a dump of this table opens no session
    user_id    TEXT,               -- NULL before login
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
"""


# region store
def digest(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()


class Sessions:
    def __init__(self, db: sqlite3.Connection, idle: int = 1_800, absolute: int = 43_200, now: Callable = time.time):
        self.db, self.idle, self.absolute, self.now = db, idle, absolute, now

    def create(self, user_id: str | None = None) -> str:
        session_id, now = secrets.token_urlsafe(32), int(self.now())  # 256 random bits, no meaning
        self.db.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (digest(session_id), user_id, now, now))
        return session_id

    def load(self, session_id: str) -> tuple[str | None, int] | None:
        now = int(self.now())
        row = self.db.execute(  # one statement: a logout in between cannot leave half a session
            "SELECT user_id, seen_at FROM session WHERE id_hash = ? AND seen_at > ? AND created_at > ?",
            (digest(session_id), now - self.idle, now - self.absolute),
        ).fetchone()
        if row is not None and now - row[1] >= 60:  # not a write on every request
            self.db.execute("UPDATE session SET seen_at = ? WHERE id_hash = ?", (now, digest(session_id)))
        return row

    def exists(self, session_id: str) -> bool:
        return self.load(session_id) is not None

    def user(self, session_id: str) -> str | None:
        row = self.load(session_id)
        return None if row is None else row[0]

    def end(self, session_id: str) -> None:
        self.db.execute("DELETE FROM session WHERE id_hash = ?", (digest(session_id),))

    def end_all(self, user_id: str, but: str = "") -> None:  # password changed, "log out everywhere"
        self.db.execute("DELETE FROM session WHERE user_id = ? AND id_hash <> ?", (user_id, digest(but)))
# endregion
