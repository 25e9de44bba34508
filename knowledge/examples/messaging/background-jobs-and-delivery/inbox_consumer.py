"""Idempotent consumer: an inbox table, retries with backoff, a dead-letter table. SQLite stands in for PostgreSQL."""
import json
import random
import sqlite3
from typing import Callable

SCHEMA = """
-- region schema
CREATE TABLE inbox (
  consumer    TEXT NOT NULL,               -- several consumers may handle one message, each once
  message_id  TEXT NOT NULL,               -- set by the PRODUCER, the same on every redelivery
  handled_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (consumer, message_id)
);
-- endregion
CREATE TABLE balance (account TEXT PRIMARY KEY, cents INTEGER NOT NULL);
-- region dead-letter-table
CREATE TABLE dead_letter (
  consumer   TEXT NOT NULL,
  message_id TEXT NOT NULL,
  payload    TEXT NOT NULL,                -- as received: a replay must be possible after the fix
  error      TEXT NOT NULL,                -- class and message of the last failure
  attempts   INTEGER NOT NULL,
  failed_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (consumer, message_id)
);
-- endregion
"""


# region handle
def handle_once(db: sqlite3.Connection, consumer: str, message_id: str, payload: dict, apply: Callable) -> bool:
    """Apply the message and remember it in ONE transaction. False: it was handled before."""
    db.execute("BEGIN IMMEDIATE")                    # PostgreSQL: BEGIN
    try:
        fresh = db.execute(
            "INSERT INTO inbox (consumer, message_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (consumer, message_id),
        ).rowcount == 1
        if fresh:
            apply(db, payload)                       # database writes only; no HTTP, no mail in here
        db.execute("COMMIT")
        return fresh
    except BaseException:
        db.execute("ROLLBACK")                       # the inbox row goes too: the redelivery runs again
        raise
# endregion


# region retry
class Permanent(Exception):
    """Retrying cannot help: unknown type, broken payload, a rule says no."""


def on_message(db, broker, message, consumer: str, apply: Callable, *, max_attempts: int = 32,
               base: float = 2.0, cap: float = 600.0, rng=random.random) -> str:
    """Settle one delivery: acknowledge, schedule the next attempt, or park it."""
    try:
        fresh = handle_once(db, consumer, message.id, json.loads(message.body), apply)
    except Exception as error:
        attempt = message.attempts + 1               # travels with the message or lives in a table
        permanent = isinstance(error, (Permanent, json.JSONDecodeError, KeyError))
        if permanent or attempt >= max_attempts:
            db.execute(
                "INSERT INTO dead_letter (consumer, message_id, payload, error, attempts) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (consumer, message.id, message.body, f"{type(error).__name__}: {error}", attempt),
            )
            broker.ack(message)                      # only after the row is stored: never lost in between
            return "dead"
        delay = rng() * min(cap, base * 2 ** attempt)    # full jitter: up to 4, 8 … 600 s, four hours at most in all
        broker.retry_later(message, attempt, delay)
        return "retry"
    broker.ack(message)                              # after COMMIT; a crash in between means one redelivery
    return "done" if fresh else "duplicate"
# endregion


def credit(db, payload: dict) -> None:
    db.execute(
        "INSERT INTO balance VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET cents = cents + excluded.cents",
        (payload["account"], payload["cents"]),
    )


# region redrive
def redrive(db, broker, consumer: str, where: str = "1 = 1", limit: int = 100) -> int:
    """Send parked messages again after the fix, with their original ids, a few at a time."""
    rows = db.execute(
        f"SELECT message_id, payload FROM dead_letter WHERE consumer = ? AND {where} ORDER BY failed_at LIMIT ?",
        (consumer, limit),                           # `where` is typed by an operator, never by a user
    ).fetchall()
    for message_id, payload in rows:
        db.execute("BEGIN IMMEDIATE")                # PostgreSQL: BEGIN
        try:                                         # delete first: a repeat that fails at once waits, then parks again
            db.execute("DELETE FROM dead_letter WHERE consumer = ? AND message_id = ?", (consumer, message_id))
            broker.publish(message_id, payload, attempts=0)   # returns after the broker's confirm, or raises
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
    return len(rows)
# endregion
