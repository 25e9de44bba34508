"""Keyset and offset pages over the same table, so that the difference can be measured."""

import re
import sqlite3
from pathlib import Path

STATEMENTS = {
    name: sql.strip()
    for name, sql in re.findall(
        r"-- region ([\w-]+)\n(.*?)-- endregion", Path(__file__).with_name("keyset.sql").read_text(), re.S
    )
}

SCHEMA = """
CREATE TABLE orders (
  id          INTEGER PRIMARY KEY,
  account_id  TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  total_cents INTEGER NOT NULL
);
"""


def open_db():
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA + STATEMENTS["index"])
    return db


# region page
def list_orders(db, account_id, after=None, limit=50):
    """One page and the key to continue from. `after` is (created_at, id) of the last row the client has."""
    if limit < 1:
        raise ValueError("limit must be 1 or more")  # the route answers 400
    limit = min(limit, 200)
    params = {"account_id": account_id, "limit_plus_one": limit + 1}  # one more row answers "is there a next page?"
    if after is None:
        rows = db.execute(STATEMENTS["first-page"], params).fetchall()
    else:
        params |= {"created_at": after[0], "id": after[1]}
        rows = db.execute(STATEMENTS["next-page"], params).fetchall()
    page, more = rows[:limit], len(rows) > limit
    return page, ((page[-1]["created_at"], page[-1]["id"]) if more else None)


# endregion


def list_orders_by_offset(db, account_id, offset=0, limit=50):
    return db.execute(
        "SELECT id, created_at, total_cents FROM orders WHERE account_id = ?"
        " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
        (account_id, limit, offset),
    ).fetchall()
