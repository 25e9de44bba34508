"""Refresh token rotation with reuse detection (SQLite stands in for any SQL database)."""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable

SCHEMA = """
CREATE TABLE refresh_token (
    token_hash BLOB PRIMARY KEY,
    family     TEXT NOT NULL,        -- one login on one device
    client_id  TEXT NOT NULL,
    used_at    REAL,                 -- set by the first use
    expires_at REAL NOT NULL         -- inherited: rotation never extends the login
);
CREATE TABLE ended_family (family TEXT PRIMARY KEY, reason TEXT NOT NULL);
"""


class InvalidGrant(Exception):
    """400 {"error": "invalid_grant"}: the client must start a new login."""


# region rotate
def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class RefreshTokens:
    def __init__(self, db: sqlite3.Connection, now: Callable[[], float] = time.time) -> None:
        self.db, self.now = db, now

    def start(self, client_id: str, lifetime: float = 8 * 3600) -> str:
        return self._issue(secrets.token_hex(8), client_id, self.now() + lifetime)

    def _issue(self, family: str, client_id: str, expires_at: float) -> str:
        token = secrets.token_urlsafe(32)
        row = (digest(token), family, client_id, expires_at)
        self.db.execute("INSERT INTO refresh_token VALUES (?, ?, ?, NULL, ?)", row)
        return token

    def rotate(self, token: str, client_id: str) -> str:
        with self.db:  # mark and issue in one transaction
            first_use = self.db.execute(
                "UPDATE refresh_token SET used_at = ? WHERE token_hash = ? AND used_at IS NULL RETURNING 1",
                (self.now(), digest(token)),
            ).fetchone()
            row = self.db.execute(
                """SELECT family, client_id, expires_at,
                          EXISTS (SELECT 1 FROM ended_family e WHERE e.family = r.family)
                     FROM refresh_token r WHERE token_hash = ?""",
                (digest(token),),
            ).fetchone()
            if row is not None and first_use is None:  # second use: thief or client, nobody can tell which
                self.db.execute("INSERT INTO ended_family VALUES (?, 'reuse') ON CONFLICT DO NOTHING", (row[0],))
            elif row is not None and row[1] == client_id and row[2] > self.now() and not row[3]:
                return self._issue(row[0], client_id, row[2])
        raise InvalidGrant  # outside the transaction: the mark and the ended family stay
# endregion
