import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from shared_data import SCHEMA, new_test_tenant, reap, seed

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript("PRAGMA foreign_keys = ON;" + SCHEMA)
    yield connection
    connection.close()


def rows(db, query: str) -> list:
    return db.execute(query).fetchall()


def test_seeding_twice_repairs_and_keeps_foreign_rows(db) -> None:
    seed(db)
    db.execute("UPDATE room_types SET cents = 1 WHERE id = 'single'")  # somebody tried something
    db.execute("INSERT INTO room_types VALUES ('suite', 'Suite of a tester', 50000)")
    seed(db)
    assert rows(db, "SELECT id, cents FROM room_types ORDER BY id") == [("double", 12000), ("single", 9000), ("suite", 50000)]


def test_old_test_tenants_go_with_their_rows_and_nothing_else_does(db) -> None:
    db.execute("INSERT INTO tenants VALUES ('acme', 'customer', ?)", [(NOON - timedelta(days=900)).isoformat()])
    killed = new_test_tenant(db, "ci", NOON - timedelta(days=3))
    running = new_test_tenant(db, "ci", NOON)
    for tenant in ("acme", killed, running):
        db.execute("INSERT INTO bookings (tenant) VALUES (?)", [tenant])
    assert reap(db, NOON) == 1
    assert {tenant for (tenant,) in rows(db, "SELECT tenant FROM bookings")} == {"acme", running}
    assert reap(db, NOON) == 0


def test_two_runs_never_share_a_tenant(db) -> None:
    assert new_test_tenant(db, "ci", NOON) != new_test_tenant(db, "ci", NOON)
