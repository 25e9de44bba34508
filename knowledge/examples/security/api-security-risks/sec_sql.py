"""SQL injection where parameters cannot help (ORDER BY) and where people think they cannot (IN)."""

from __future__ import annotations

import sqlite3


# region vulnerable
def list_products_vulnerable(db: sqlite3.Connection, sort: str, ids: str) -> list[int]:
    rows = db.execute(f"SELECT id FROM product WHERE id IN ({ids}) ORDER BY {sort}")  # two injections
    return [row[0] for row in rows]


# endregion vulnerable


# region fixed
SORTS = {  # what the client may say -> SQL text that only we write
    "name": "name ASC, id ASC",
    "-name": "name DESC, id DESC",
    "price": "price ASC, id ASC",
    "-price": "price DESC, id DESC",
}


class BadRequest(Exception):
    """400 with the allowed values."""


def list_products(db: sqlite3.Connection, sort: str, ids: list[int]) -> list[int]:
    if sort not in SORTS:
        raise BadRequest(f"sort must be one of {sorted(SORTS)}")
    if not 1 <= len(ids) <= 100:
        raise BadRequest("1 to 100 ids")
    marks = ", ".join("?" * len(ids))  # one placeholder per value; PostgreSQL: id = ANY(%s) with one array
    rows = db.execute(f"SELECT id FROM product WHERE id IN ({marks}) ORDER BY {SORTS[sort]}", ids)
    return [row[0] for row in rows]


# endregion fixed

# region like
def search_products(db: sqlite3.Connection, text: str) -> list[int]:
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")  # else % matches every row
    rows = db.execute("SELECT id FROM product WHERE name LIKE ? ESCAPE '\\' LIMIT 50", (f"%{pattern}%",))
    return [row[0] for row in rows]


# endregion like


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.executescript(
        """
        CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, price INTEGER);
        INSERT INTO product VALUES (1, 'apple', 30), (2, 'pear', 20), (3, 'fig 100%', 10);
        CREATE TABLE app_user (id INTEGER PRIMARY KEY, reset_token TEXT);
        INSERT INTO app_user VALUES (1, 'b7');
        """
    )
    return db
