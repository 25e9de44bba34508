"""An append-only store with optimistic concurrency: the smallest event-sourced aggregate."""
from __future__ import annotations

import json
import sqlite3

SCHEMA = """CREATE TABLE event (stream TEXT, version INTEGER, type TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (stream, version))"""


# region store
class Conflict(Exception):
    """Somebody else appended first: load again, decide again."""


def load(db: sqlite3.Connection, stream: str) -> tuple[int, int]:
    """Version and balance, folded from the history. Old event types stay readable for ever."""
    version = balance = 0
    for version, kind, data in db.execute(
            "SELECT version, type, data FROM event WHERE stream = ? ORDER BY version", (stream,)):
        amount = json.loads(data)["cents"]
        balance += amount if kind == "deposited" else -amount
    return version, balance


def append(db: sqlite3.Connection, stream: str, expected: int, kind: str, data: dict) -> None:
    try:
        with db:
            db.execute("INSERT INTO event VALUES (?, ?, ?, ?)", (stream, expected + 1, kind, json.dumps(data)))
    except sqlite3.IntegrityError as error:
        raise Conflict(f"{stream} is no longer at {expected}") from error


def withdraw(db: sqlite3.Connection, stream: str, cents: int) -> None:
    version, balance = load(db, stream)
    if cents > balance:
        raise ValueError("insufficient funds")
    append(db, stream, version, "withdrawn", {"cents": cents})      # decided on exactly this version
# endregion store
