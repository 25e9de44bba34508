"""History is written for every writer, and a deleted key is free again."""

import sqlite3

import pytest
from history_model import open_history


@pytest.fixture
def db():
    db = open_history()
    db.execute("INSERT INTO actor VALUES ('ada')")
    db.execute("INSERT INTO products (id, sku, price_cents) VALUES (1, 'tea', 100)")
    yield db
    db.close()


def test_every_change_leaves_the_old_value_and_who_did_it(db) -> None:
    db.execute("UPDATE products SET price_cents = 120")  # a script that knows nothing of history
    db.execute("UPDATE products SET deleted_at = '2026-11-25'")
    rows = db.execute("SELECT price_cents, change, changed_by FROM products_history ORDER BY rowid").fetchall()
    assert rows == [(100, "changed", "ada"), (120, "deleted", "ada")]


def test_deleted_sku_can_be_used_again_and_a_live_one_cannot(db) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO products (sku, price_cents) VALUES ('tea', 90)")
    db.execute("UPDATE products SET deleted_at = '2026-11-25'")
    db.execute("INSERT INTO products (sku, price_cents) VALUES ('tea', 90)")
    assert db.execute("SELECT sku, price_cents FROM live_products").fetchall() == [("tea", 90)]


def test_a_real_delete_leaves_a_trace_too(db) -> None:
    db.execute("DELETE FROM products WHERE id = 1")  # a script that bypasses the soft delete
    assert db.execute("SELECT price_cents, change, changed_by FROM products_history").fetchall() == [(100, "removed", "ada")]
