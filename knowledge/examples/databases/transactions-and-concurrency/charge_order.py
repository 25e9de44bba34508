"""Calling a payment provider: inside the transaction, and around it. Python 3.11, SQLite."""

import sqlite3
from collections.abc import Callable

DDL = """
CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT NOT NULL, charge_id TEXT);
INSERT INTO orders (id, status) VALUES ('o1', 'placed');
"""
Charge = Callable[[str], str]  # takes an idempotency key, returns the provider's charge id


# region inside
def pay_inside(db: sqlite3.Connection, order: str, charge: Charge) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE orders SET status = 'paid' WHERE id = ?", (order,))  # row lock starts
    charge_id = charge(order)  # 50 ms or 30 s with the lock and a pooled connection in hand
    db.execute("UPDATE orders SET charge_id = ? WHERE id = ?", (charge_id, order))
    db.execute("COMMIT")  # fails? The customer is charged and the order says "placed"
# endregion


# region around
def pay(db: sqlite3.Connection, order: str, charge: Charge) -> str:
    """Claim, call, record: two short transactions and no lock while waiting."""
    with db:  # 1. claim: exactly one caller moves placed to paying
        claimed = db.execute("UPDATE orders SET status = 'paying' WHERE id = ? AND status = 'placed'", (order,)).rowcount
    if not claimed:
        return "already being paid"
    return finish(db, order, charge)


def finish(db: sqlite3.Connection, order: str, charge: Charge) -> str:
    """Also run by a sweeper for orders that stayed in 'paying' after a crash: the same key gives the same charge."""
    charge_id = charge(f"charge-{order}")  # 2. no transaction open; the key makes a repeat harmless
    with db:  # 3. record, only from the expected state
        db.execute("UPDATE orders SET status = 'paid', charge_id = ? WHERE id = ? AND status = 'paying'",
                   (charge_id, order))
    return "paid"
# endregion
