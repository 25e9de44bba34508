"""The slow queries of this guide on SQLite: smaller, offline, with the same lessons."""

import sqlite3
from collections.abc import Iterable

CUSTOMERS, ORDERS = 500, 20_000


def open_shop() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.executescript("""
        CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
            status TEXT NOT NULL, total_cents INTEGER NOT NULL, created_at INTEGER NOT NULL);
    """)
    db.executemany("INSERT INTO customers VALUES (?, ?)",
                   ((n, f"User{n}@Example.com") for n in range(1, CUSTOMERS + 1)))
    db.executemany(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
        ((n, 1 + n * 7 % CUSTOMERS, "pending" if n % 1000 == 0 else "paid", n % 20_000, n // 2)
         for n in range(1, ORDERS + 1)))
    return db


def plan(db: sqlite3.Connection, sql: str, *args: object) -> str:
    return " / ".join(row[3] for row in db.execute("EXPLAIN QUERY PLAN " + sql, args))


def cost(db: sqlite3.Connection, sql: str, *args: object) -> int:
    """Virtual-machine steps in hundreds: the same on every machine, unlike milliseconds."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    db.set_progress_handler(count, 100)
    try:
        db.execute(sql, args).fetchall()
    finally:
        db.set_progress_handler(None, 0)
    return steps


# region loop
def totals_in_a_loop(db: sqlite3.Connection, customer_ids: Iterable[int]) -> dict[int, int]:
    totals = {}
    for customer_id in customer_ids:  # one statement, and on a server one round trip, per customer
        row = db.execute("SELECT sum(total_cents) FROM orders WHERE customer_id = ?", (customer_id,)).fetchone()
        totals[customer_id] = row[0] or 0
    return totals
# endregion


# region set
CHUNK = 500  # bounds statement size; SQLite allows 32,766 parameters, PostgreSQL 65,535


def totals_as_a_set(db: sqlite3.Connection, customer_ids: Iterable[int]) -> dict[int, int]:
    ids = list(dict.fromkeys(customer_ids))
    totals = dict.fromkeys(ids, 0)  # a customer without orders has no row in the answer
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT customer_id, sum(total_cents) FROM orders WHERE customer_id IN ({marks}) GROUP BY customer_id"
        totals.update(db.execute(sql, part).fetchall())
    return totals
# endregion


# region plan-guard
def assert_plan(db: sqlite3.Connection, sql: str, *args: object, index: str) -> None:
    """Fails the build when a hot query stops using its index or starts to sort."""
    found = plan(db, sql, *args)
    if f"INDEX {index} " not in found + " " or "SCAN" in found or "TEMP B-TREE" in found:
        raise AssertionError(f"expected a search through {index}, got: {found}")
# endregion
