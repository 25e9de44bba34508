"""Each rule of the schema refuses what it should; the check in code lets a duplicate through."""

import sqlite3

import pytest
from tenant_model import open_db, register, register_checked


@pytest.fixture
def db():
    db = open_db()
    yield db
    db.close()


def test_check_then_insert_admits_a_duplicate_and_the_constraint_does_not(db) -> None:
    db.execute("CREATE TABLE accounts (tenant_id INTEGER, email TEXT)")
    other = lambda: register_checked(db, 1, "ada@example.com")  # noqa: E731
    assert register_checked(db, 1, "ada@example.com", pause=other)
    assert db.execute("SELECT count(*) FROM accounts").fetchone() == (2,), "two requests, two accounts"

    assert not register(db, 1, "Ada@Example.com", pause=lambda: register(db, 1, "ada@example.com"))
    assert db.execute("SELECT count(*) FROM customers").fetchone() == (1,)


def test_another_broken_rule_is_not_reported_as_duplicate(db) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        register(db, 1, "nonsense")


def test_no_order_for_a_customer_of_another_tenant(db) -> None:
    register(db, 1, "ada@example.com")
    db.execute("INSERT INTO orders VALUES (1, 10, 1, 'draft', NULL)")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        db.execute("INSERT INTO orders VALUES (2, 11, 1, 'cancelled', '2026-11-25')")


def test_single_column_key_would_have_allowed_it(db) -> None:
    register(db, 1, "ada@example.com")
    db.execute("CREATE TABLE loose (tenant_id INTEGER, customer_id INTEGER REFERENCES customers (id))")
    db.execute("INSERT INTO loose VALUES (2, 1)")
    assert db.execute("SELECT count(*) FROM loose JOIN customers c ON c.id = customer_id "
                      "WHERE loose.tenant_id <> c.tenant_id").fetchone() == (1,)


def test_one_draft_and_no_payment_without_placing(db) -> None:
    register(db, 1, "ada@example.com")
    db.execute("INSERT INTO orders VALUES (1, 10, 1, 'draft', NULL)")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        db.execute("INSERT INTO orders VALUES (1, 11, 1, 'draft', NULL)")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute("UPDATE orders SET status = 'paid' WHERE id = 10")
    db.execute("UPDATE orders SET status = 'paid', placed_at = '2026-11-25T10:00:00Z' WHERE id = 10")
    db.execute("INSERT INTO orders VALUES (1, 11, 1, 'draft', NULL)")
