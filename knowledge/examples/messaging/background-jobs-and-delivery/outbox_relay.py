"""Transactional outbox with a polling relay. SQLite stands in for PostgreSQL."""
import json
import sqlite3
import uuid
from typing import Callable

SCHEMA = """
CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT NOT NULL);
-- region schema
CREATE TABLE outbox (
  seq        INTEGER PRIMARY KEY,          -- PostgreSQL: bigint GENERATED ALWAYS AS IDENTITY
  message_id TEXT NOT NULL UNIQUE,         -- goes out with the message: consumers deduplicate on it
  topic      TEXT NOT NULL,
  key        TEXT NOT NULL,                -- aggregate id: partition or message-group key
  payload    TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  sent_at    TEXT                          -- NULL: still to be published
);
CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_at IS NULL;
-- endregion
"""


# region write
def place_order(db: sqlite3.Connection, order_id: str) -> None:
    """The order and its event commit together or not at all. No broker call in here."""
    with db:                                         # one transaction: COMMIT, or ROLLBACK on an exception
        db.execute("INSERT INTO orders VALUES (?, 'placed')", (order_id,))
        db.execute(
            "INSERT INTO outbox (message_id, topic, key, payload) VALUES (?, 'orders', ?, ?)",
            (str(uuid.uuid4()), order_id, json.dumps({"type": "order.placed", "order_id": order_id})),
        )
# endregion


# region relay
def relay_once(db: sqlite3.Connection, publish: Callable, batch: int = 100) -> int:
    """Publish unsent rows in order. `publish` returns after the broker CONFIRMED, or raises."""
    rows = db.execute(                               # one relay; several must hold row locks up to the UPDATE
        "SELECT seq, message_id, topic, key, payload FROM outbox "
        "WHERE sent_at IS NULL ORDER BY seq LIMIT ?", (batch,),
    ).fetchall()
    for seq, message_id, topic, key, payload in rows:
        publish(topic, key, payload, message_id)     # a crash after this line sends the row again: at least once
        with db:
            db.execute("UPDATE outbox SET sent_at = CURRENT_TIMESTAMP WHERE seq = ?", (seq,))
    return len(rows)
# endregion
