"""Password reset: random single-use token, stored hashed, bound to the account's current state."""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable

SCHEMA = """
CREATE TABLE reset_token (
    token_hash BLOB PRIMARY KEY,
    user_id    TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);
"""


# region reset
def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Resets:
    BASE = "https://app.example.com/reset#token="  # fixed host; after # it reaches no log and no Referer

    def __init__(self, db: sqlite3.Connection, lifetime: int = 1_200, now: Callable[[], float] = time.time) -> None:
        self.db, self.lifetime, self.now = db, lifetime, now

    def request(self, user_id: str | None, send_mail: Callable[[str], None]) -> str:
        """Called for any address; runs from a queue, so that the reply takes the same time for all."""
        if user_id is not None:
            token = secrets.token_urlsafe(32)
            self.db.execute("DELETE FROM reset_token WHERE user_id = ?", (user_id,))  # only the newest link works
            row = (digest(token), user_id, int(self.now()) + self.lifetime)
            self.db.execute("INSERT INTO reset_token VALUES (?, ?, ?)", row)
            send_mail(self.BASE + token)
        return "If this address has an account, a mail is on its way."

    def redeem(self, token: str) -> str | None:
        """The user whose password may be set now; sent by POST from the page, so that a link scanner uses up nothing."""
        row = self.db.execute(  # one statement: two clicks cannot both win
            "DELETE FROM reset_token WHERE token_hash = ? RETURNING user_id, expires_at", (digest(token),)
        ).fetchone()
        if row is None or self.now() >= row[1]:
            return None
        return row[0]  # then: store the new hash, end all sessions, send a notice; second factor still applies
# endregion
