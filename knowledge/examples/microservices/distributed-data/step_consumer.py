"""One step of a process between services: message in, own change, message out, in one transaction."""
from __future__ import annotations

import json
import sqlite3

SCHEMA = """
CREATE TABLE inbox  (consumer TEXT, message_id TEXT, PRIMARY KEY (consumer, message_id));
CREATE TABLE outbox (seq INTEGER PRIMARY KEY, message_id TEXT UNIQUE NOT NULL, topic TEXT, payload TEXT);
CREATE TABLE reservation (order_id TEXT PRIMARY KEY, sku TEXT, quantity INTEGER);
CREATE TABLE stock (sku TEXT PRIMARY KEY, free INTEGER NOT NULL CHECK (free >= 0));"""


# region step
def reserve(db: sqlite3.Connection, message: dict) -> bool:
    """Inbox + change + outbox commit together. False: seen before, acknowledge and forget."""
    order = message["data"]
    with db:                                                     # one local transaction, no broker in it
        fresh = db.execute("INSERT INTO inbox VALUES ('stock', ?) ON CONFLICT DO NOTHING", (message["id"],)).rowcount
        if not fresh:
            return False
        reserved = db.execute(
            "UPDATE stock SET free = free - ? WHERE sku = ? AND free >= ?",
            (order["quantity"], order["sku"], order["quantity"]),
        ).rowcount == 1
        if reserved:
            db.execute("INSERT INTO reservation VALUES (?, ?, ?)", (order["id"], order["sku"], order["quantity"]))
        db.execute(
            "INSERT INTO outbox (message_id, topic, payload) VALUES (?, 'stock', ?)",
            (f"{message['id']}:stock",                           # derived: a repeat cannot create a second event
             json.dumps({"type": "stock.reserved" if reserved else "stock.refused", "order_id": order["id"]})),
        )
    return True
# endregion step
