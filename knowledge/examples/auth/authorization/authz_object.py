"""Object-level authorization: the lookup that trusts the id, and the repository that cannot be asked without a caller."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


# region caller
@dataclass(frozen=True)
class Caller:
    """Built once, from the verified session or token. Nothing in it comes from path, query or body."""

    user_id: str
    tenant_id: str
    permissions: frozenset[str]


# endregion caller


# region vulnerable
def invoice_by_id(db: sqlite3.Connection, invoice_id: int) -> dict | None:
    row = db.execute("SELECT * FROM invoice WHERE id = ?", (invoice_id,)).fetchone()
    return dict(row) if row else None  # any logged-in user, any invoice


# endregion vulnerable


# region repository
class NotFound(Exception): ...  # 404: absent, or not visible to this caller; the two must look alike


class Forbidden(Exception): ...  # 403: visible, but this caller may not do this to it


class Conflict(Exception): ...  # 409: visible and allowed, but the state forbids it


class Invoices:
    """The only way to an invoice, for routes, jobs and exports alike. There is no constructor without a caller."""

    VISIBLE = "tenant_id = :tenant AND (owner_id = :user OR :see_all)"

    def __init__(self, db: sqlite3.Connection, caller: Caller):
        self._db, self._caller = db, caller
        see_all = "invoice:read_all" in caller.permissions
        self._scope = {"tenant": caller.tenant_id, "user": caller.user_id, "see_all": see_all}

    def get(self, invoice_id: int) -> dict:
        values = {"id": invoice_id, **self._scope}
        row = self._db.execute(f"SELECT * FROM invoice WHERE id = :id AND {self.VISIBLE}", values).fetchone()
        if row is None:
            raise NotFound
        return dict(row)

    def list(self) -> list[dict]:
        rows = self._db.execute(f"SELECT * FROM invoice WHERE {self.VISIBLE} ORDER BY id", self._scope)
        return [dict(row) for row in rows]

    def cancel(self, invoice_id: int) -> None:
        self.get(invoice_id)
        if "invoice:cancel" not in self._caller.permissions:
            raise Forbidden
        changed = self._db.execute(  # the rule is in the statement, so nothing changes between check and use
            f"UPDATE invoice SET status = 'cancelled' WHERE id = :id AND status = 'open' AND {self.VISIBLE}",
            {"id": invoice_id, **self._scope},
        ).rowcount
        if changed == 0:
            raise Conflict


# endregion repository

SCHEMA = """
CREATE TABLE invoice (
    id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, owner_id TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open', total INTEGER NOT NULL
);
INSERT INTO invoice VALUES (1, 't1', 'ann', 'open', 100), (2, 't1', 'bob', 'open', 200), (3, 't2', 'eve', 'open', 300);
"""


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA)
    return db
