"""A consumer of delta events that meets duplicates, gaps and reordering."""
from __future__ import annotations

import json
import sqlite3

SCHEMA = """
CREATE TABLE order_view (id TEXT PRIMARY KEY, version INTEGER NOT NULL, paid INTEGER NOT NULL, status TEXT);
CREATE TABLE parked (id TEXT, version INTEGER, event TEXT, since REAL, PRIMARY KEY (id, version));"""


# region handle
def handle(db: sqlite3.Connection, event: dict, now: float) -> str:
    """applied, duplicate or parked; in each case the message is acknowledged after the commit."""
    key, version = event["subject"], event["entityversion"]
    db.execute("BEGIN IMMEDIATE")                      # PostgreSQL: BEGIN, then SELECT … FOR UPDATE
    with db:
        row = db.execute("SELECT version FROM order_view WHERE id = ?", (key,)).fetchone()
        current = row[0] if row else 0
        if version <= current:
            return "duplicate"                         # also an old event that comes late
        if version > current + 1:                      # a gap: keep it, do not guess
            db.execute("INSERT INTO parked VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                       (key, version, json.dumps(event), now))
            return "parked"
        while event:
            apply(db, event)
            version = event["entityversion"] + 1       # is the next one waiting?
            row = db.execute("DELETE FROM parked WHERE id = ? AND version = ? RETURNING event", (key, version)).fetchone()
            event = json.loads(row[0]) if row else None
    return "applied"


def overdue(db: sqlite3.Connection, now: float, after: float = 300) -> list[str]:
    """Gaps that did not close: fetch these entities from their owner, and alert."""
    return [key for (key,) in db.execute("SELECT DISTINCT id FROM parked WHERE since < ?", (now - after,))]
# endregion handle


def apply(db: sqlite3.Connection, event: dict) -> None:
    paid, status = event["data"].get("paid", 0), event["data"].get("status")
    db.execute(
        "INSERT INTO order_view VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version, "
        "paid = order_view.paid + excluded.paid, status = coalesce(excluded.status, order_view.status)",
        (event["subject"], event["entityversion"], paid, status),
    )
