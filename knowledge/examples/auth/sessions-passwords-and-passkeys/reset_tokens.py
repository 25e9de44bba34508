"""Password reset: random single-use token, stored hashed, bound to the account's current state."""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable

SCHEMA = """
CREATE TABLE reset_token (
    user_id     TEXT PRIMARY KEY,      -- one row, so only the newest link works
    token_hash  BLOB NOT NULL UNIQUE,
    expires_at  INTEGER NOT NULL,
    window_from INTEGER NOT NULL,      -- start of the hour in which `sent` counts
    sent        INTEGER NOT NULL
);
"""


# region reset
def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


REPLACE = """
INSERT INTO reset_token AS t (user_id, token_hash, expires_at, window_from, sent) VALUES (:user, :hash, :until, :now, 1)
ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at,
    sent        = CASE WHEN t.window_from > :now - 3600 THEN t.sent + 1 ELSE 1 END,
    window_from = CASE WHEN t.window_from > :now - 3600 THEN t.window_from ELSE :now END
WHERE t.window_from <= :now - 3600 OR t.sent < 3
"""  # one statement: the old link ends, the new one is stored, and the window of an hour, from its first mail on, has three mails


class Resets:
    BASE = "https://app.example.com/reset#token="  # fixed host; after # it reaches no log and no Referer

    def __init__(self, db: sqlite3.Connection, lifetime: int = 1_200, now: Callable[[], float] = time.time) -> None:
        self.db, self.lifetime, self.now = db, lifetime, now

    def request(self, user_id: str | None, send_mail: Callable[[str], None]) -> str:
        """Called for any address; runs from a queue, so that the reply takes the same time for all."""
        if user_id is not None:
            token, now = secrets.token_urlsafe(32), int(self.now())
            with self.db:  # commits here: a mailed link must not point to a row that was rolled back
                row = {"user": user_id, "hash": digest(token), "until": now + self.lifetime, "now": now}
                stored = self.db.execute(REPLACE, row).rowcount == 1
            if stored:
                send_mail(self.BASE + token)  # a crash just before this: the job runs again and sends a newer link
        return "If this address has an account, a mail is on its way."

    def redeem(self, token: str) -> str | None:
        """The user whose password may be set now; sent by POST from the page, so that a link scanner uses up nothing."""
        row = self.db.execute(  # one statement: two clicks cannot both win
            "DELETE FROM reset_token WHERE token_hash = ? RETURNING user_id, expires_at", (digest(token),)
        ).fetchone()
        if row is None or self.now() >= row[1]:
            return None
        return row[0]  # then store the new hash, end all sessions and commit; second factor still applies
# endregion
