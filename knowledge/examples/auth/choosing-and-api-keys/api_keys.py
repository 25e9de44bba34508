"""Issue, look up, scope, expire and rotate API keys (SQLite stands in for any SQL database)."""

import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from api_key_format import new_key, parse

# region schema
SCHEMA = """
CREATE TABLE api_key (
    key_id       TEXT PRIMARY KEY,       -- public half: index, logs, dashboard
    secret_hash  BLOB NOT NULL,          -- SHA-256 of the secret half; the secret itself is stored nowhere
    environment  TEXT NOT NULL,          -- live or test
    account_id   TEXT NOT NULL,
    name         TEXT NOT NULL,          -- "billing job, production": who holds it
    scopes       TEXT NOT NULL,          -- JSON array
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER,
    last_used_at INTEGER                 -- written at most once a minute
);
"""
# endregion


@dataclass(frozen=True)
class Caller:
    key_id: str
    account_id: str
    scopes: frozenset[str]


# region keys
def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()  # fast is right: 256 random bits cannot be guessed


class ApiKeys:
    def __init__(self, db: sqlite3.Connection, now: Callable[[], float] = time.time) -> None:
        self.db, self.now = db, now

    def issue(self, account: str, name: str, scopes: list[str], days: int = 90, environment: str = "live") -> str:
        key = new_key(environment)
        key_id, secret = parse(key)
        created = int(self.now())
        self.db.execute(
            "INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (key_id, digest(secret), environment, account, name, json.dumps(scopes), created, created + days * 86_400),
        )
        return key  # shown once; afterwards only key_id and name are visible

    def authenticate(self, text: str) -> Caller | None:
        parsed = parse(text)
        if parsed is None:
            return None
        key_id, secret = parsed
        row = self.db.execute(
            "SELECT secret_hash, account_id, scopes, expires_at, revoked_at, last_used_at FROM api_key WHERE key_id = ?",
            (key_id,),
        ).fetchone()
        if row is None or not hmac.compare_digest(row[0], digest(secret)):
            return None
        now = int(self.now())
        if now >= row[3] or (row[4] is not None and now >= row[4]):
            return None
        if row[5] is None or now - row[5] >= 60:
            self.db.execute("UPDATE api_key SET last_used_at = ? WHERE key_id = ?", (now, key_id))
        return Caller(key_id, row[1], frozenset(json.loads(row[2])))
# endregion

    # region rotate
    def rotate(self, old_id: str, overlap: int = 7 * 86_400) -> str:
        """A second key with the same rights; the old one ends after the overlap."""
        now = int(self.now())
        with self.db:
            row = self.db.execute(
                """UPDATE api_key SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL AND expires_at > ?
                   RETURNING environment, account_id, name, scopes, created_at, expires_at""",
                (now + overlap, old_id, now),
            ).fetchone()
            if row is None:  # a later end for a revoked key would bring a leaked one back to life
                raise LookupError("unknown, expired, revoked or already rotated")
            environment, account, name, scopes, created, expires = row
            return self.issue(account, name, json.loads(scopes), (expires - created) // 86_400, environment)

    def still_used(self, old_id: str, since: int) -> bool:
        """True: some client still sends the old key; tell its owner before the overlap ends."""
        used = self.db.execute("SELECT last_used_at FROM api_key WHERE key_id = ?", (old_id,)).fetchone()[0]
        return used is not None and used >= since

    def revoke(self, key_id: str) -> None:  # a leak: no overlap, also in the middle of a rotation
        self.db.execute("UPDATE api_key SET revoked_at = ? WHERE key_id = ?", (int(self.now()), key_id))
    # endregion
