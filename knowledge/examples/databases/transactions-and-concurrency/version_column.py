"""Three ways to change a row that others change too. Python 3.11, SQLite; the SQL is the same on PostgreSQL and MySQL."""

import sqlite3

DDL = """
CREATE TABLE products (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, stock INTEGER NOT NULL CHECK (stock >= 0),
    version INTEGER NOT NULL DEFAULT 1)
"""


# region read-modify-write
def sell_wrong(db: sqlite3.Connection, product: int, quantity: int, between=lambda: None) -> None:
    (stock,) = db.execute("SELECT stock FROM products WHERE id = ?", (product,)).fetchone()
    between()  # another request reads the same number here
    db.execute("UPDATE products SET stock = ? WHERE id = ?", (stock - quantity, product))  # overwrites its result
    db.commit()
# endregion


# region atomic
def sell(db: sqlite3.Connection, product: int, quantity: int, between=lambda: None) -> bool:
    """The arithmetic and the rule are in the statement: nothing can happen between read and write."""
    between()
    changed = db.execute(
        "UPDATE products SET stock = stock - ? WHERE id = ? AND stock >= ?", (quantity, product, quantity)
    ).rowcount
    db.commit()
    return changed == 1  # 0 rows: sold out (or no such product)
# endregion


# region optimistic
class Stale(Exception):
    """Somebody saved first: HTTP 412 with If-Match, else 409. Carries the current row, or None when it was deleted."""


def load(db: sqlite3.Connection, product: int) -> dict | None:
    row = db.execute("SELECT id, name, version FROM products WHERE id = ?", (product,)).fetchone()
    return dict(zip(("id", "name", "version"), row)) if row else None


def save(db: sqlite3.Connection, product: dict) -> dict:
    """The caller sends back the version it has read, minutes ago if need be; no lock was held in between."""
    changed = db.execute(
        "UPDATE products SET name = :name, version = version + 1 WHERE id = :id AND version = :version", product
    ).rowcount
    db.commit()
    if changed == 0:  # the only signal there is: a statement without rows is not an error
        raise Stale(load(db, product["id"]))
    return {**product, "version": product["version"] + 1}
# endregion
