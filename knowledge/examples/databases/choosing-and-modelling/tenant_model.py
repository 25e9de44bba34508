"""Constraints instead of checks in code, and tenants kept apart by the schema. Python 3.11, SQLite."""

import sqlite3

# region tenant-ddl
DDL = """
CREATE TABLE customers (
    tenant_id INTEGER NOT NULL,
    id        INTEGER PRIMARY KEY,
    email     TEXT NOT NULL CHECK (email LIKE '%_@_%'),
    UNIQUE (tenant_id, id)                     -- looks redundant; it is the target of the composite foreign key
);
CREATE UNIQUE INDEX customers_email_key ON customers (tenant_id, lower(email));
CREATE TABLE orders (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('draft', 'placed', 'paid', 'cancelled')),
    placed_at   TEXT CHECK (status = 'draft' OR placed_at IS NOT NULL),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE UNIQUE INDEX orders_one_draft ON orders (tenant_id, customer_id) WHERE status = 'draft';
"""
# endregion


def open_db() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA foreign_keys = ON")  # off by default in SQLite, per connection
    db.executescript(DDL)
    return db


# region check-then-insert
def register_checked(db: sqlite3.Connection, tenant: int, email: str, pause=lambda: None) -> bool:
    """Wrong: between the question and the insert another request does the same."""
    if db.execute("SELECT 1 FROM accounts WHERE tenant_id = ? AND email = ?", (tenant, email)).fetchone():
        return False
    pause()  # the gap: other work, a slow network, another worker
    db.execute("INSERT INTO accounts VALUES (?, ?)", (tenant, email))
    return True


def register(db: sqlite3.Connection, tenant: int, email: str, pause=lambda: None) -> bool:
    """Right: insert, and let the unique index decide."""
    pause()
    try:
        db.execute("INSERT INTO customers (tenant_id, email) VALUES (?, ?)", (tenant, email))
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname == "SQLITE_CONSTRAINT_UNIQUE":
            return False  # answer 409 to the caller
        raise  # another rule was broken: do not report it as a duplicate
    return True
# endregion
