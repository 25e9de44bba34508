"""Soft delete and a history kept by the database. Python 3.11, SQLite; the triggers look alike on PostgreSQL."""

import sqlite3

# region history-ddl
DDL = """
CREATE TABLE products (
    id INTEGER PRIMARY KEY, sku TEXT NOT NULL, price_cents INTEGER NOT NULL, deleted_at TEXT);
CREATE UNIQUE INDEX products_sku ON products (sku) WHERE deleted_at IS NULL;   -- a deleted sku may come back
CREATE VIEW live_products AS SELECT id, sku, price_cents FROM products WHERE deleted_at IS NULL;

CREATE TABLE products_history (
    id INTEGER NOT NULL, price_cents INTEGER, change TEXT NOT NULL, changed_by TEXT,
    changed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
CREATE TRIGGER products_updated AFTER UPDATE ON products BEGIN
    INSERT INTO products_history (id, price_cents, change, changed_by)
    VALUES (OLD.id, OLD.price_cents, CASE WHEN NEW.deleted_at IS NOT NULL THEN 'deleted' ELSE 'changed' END,
            (SELECT name FROM actor));                    -- PostgreSQL: current_setting('app.user', true)
END;
CREATE TRIGGER products_removed AFTER DELETE ON products BEGIN   -- a real DELETE must not pass unseen
    INSERT INTO products_history (id, price_cents, change, changed_by)
    VALUES (OLD.id, OLD.price_cents, 'removed', (SELECT name FROM actor));
END;
CREATE TABLE actor (name TEXT);
"""
# endregion


def open_history() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(DDL)
    return db
