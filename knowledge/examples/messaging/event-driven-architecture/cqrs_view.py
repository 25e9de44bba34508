"""The smallest useful CQRS: rules on normalised tables, screens from a flat one, one database, one transaction."""
from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE line (order_id TEXT REFERENCES orders, sku TEXT, quantity INTEGER CHECK (quantity > 0), cents INTEGER);
CREATE TABLE order_list (id TEXT PRIMARY KEY, customer TEXT, status TEXT, items INTEGER, total_cents INTEGER);
CREATE INDEX order_list_customer ON order_list (customer, id);"""


# region view
class NotAllowed(Exception):
    pass


def place(db: sqlite3.Connection, order_id: str, customer: str, lines: list[tuple[str, int, int]]) -> None:
    """Command side: validates, changes the truth, returns nothing to display."""
    if not lines:
        raise NotAllowed("an order needs a line")
    with db:
        db.execute("INSERT INTO orders VALUES (?, ?, 'placed')", (order_id, customer))
        db.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", [(order_id, *line) for line in lines])
        project(db, order_id)                  # same transaction: the list is never stale


def project(db: sqlite3.Connection, order_id: str) -> None:
    """Recompute one row from the truth instead of adjusting it: a repeat cannot do harm."""
    db.execute(
        "INSERT OR REPLACE INTO order_list SELECT o.id, o.customer, o.status, sum(l.quantity), sum(l.quantity * l.cents) "
        "FROM orders o JOIN line l ON l.order_id = o.id WHERE o.id = ? GROUP BY o.id", (order_id,))


def overview(db: sqlite3.Connection, customer: str, after: str = "", limit: int = 20) -> list[tuple]:
    """Query side: one table, one index, no join, no rules."""
    return db.execute("SELECT id, status, items, total_cents FROM order_list WHERE customer = ? AND id > ? "
                      "ORDER BY id LIMIT ?", (customer, after, limit)).fetchall()


def rebuild(db: sqlite3.Connection) -> None:
    with db:
        db.execute("DELETE FROM order_list")
        for (order_id,) in db.execute("SELECT id FROM orders").fetchall():
            project(db, order_id)
# endregion view
