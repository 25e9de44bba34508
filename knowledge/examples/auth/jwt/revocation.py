"""Two small tables that end a JWT early: single tokens by jti, everything of one account by a cut-off time."""

import sqlite3
import time

SCHEMA = """
CREATE TABLE revoked_token (iss TEXT, jti TEXT, exp INTEGER NOT NULL, PRIMARY KEY (iss, jti)) WITHOUT ROWID;
CREATE TABLE subject_cutoff (iss TEXT, sub TEXT, revoked_at INTEGER NOT NULL, PRIMARY KEY (iss, sub)) WITHOUT ROWID;
"""


# region revocation
class Revocations:
    """Checked after the signature and the claims, with the validated claims only."""

    def __init__(self, db: sqlite3.Connection, leeway: int = 30) -> None:
        self.db, self.leeway = db, leeway

    def end_token(self, claims: dict) -> None:  # logout of one device
        row = (claims["iss"], claims["jti"], claims["exp"])
        self.db.execute("INSERT INTO revoked_token VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)

    def end_everything(self, iss: str, sub: str) -> None:  # password changed, account locked, role removed
        self.db.execute(
            "INSERT INTO subject_cutoff VALUES (?, ?, ?) "
            "ON CONFLICT (iss, sub) DO UPDATE SET revoked_at = excluded.revoked_at",
            (iss, sub, int(time.time())),
        )

    def is_revoked(self, claims: dict) -> bool:
        found = self.db.execute(
            """SELECT EXISTS (SELECT 1 FROM revoked_token WHERE iss = :iss AND jti = :jti)
                   OR EXISTS (SELECT 1 FROM subject_cutoff  -- iat has whole seconds: equal means refuse
                              WHERE iss = :iss AND sub = :sub AND revoked_at >= :iat)""",
            {name: claims[name] for name in ("iss", "jti", "sub", "iat")},
        ).fetchone()
        return bool(found[0])

    def purge(self) -> int:  # an expired token needs no entry: the table never outgrows one lifetime
        return self.db.execute("DELETE FROM revoked_token WHERE exp < ?", (int(time.time()) - self.leeway,)).rowcount
# endregion
