import sqlite3

import pytest

from cqrs_view import SCHEMA, NotAllowed, overview, place, rebuild


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def test_the_list_shows_the_order_at_once(db):
    place(db, "o1", "ann", [("book", 2, 1500), ("pen", 1, 200)])
    assert overview(db, "ann") == [("o1", "placed", 3, 3200)]


def test_a_failed_command_leaves_truth_and_list_untouched(db):
    with pytest.raises(sqlite3.IntegrityError):
        place(db, "o1", "ann", [("book", 0, 1500)])
    with pytest.raises(NotAllowed):
        place(db, "o2", "ann", [])
    assert overview(db, "ann") == [] and db.execute("SELECT count(*) FROM orders").fetchone() == (0,)


def test_the_list_can_be_thrown_away(db):
    for n in range(5):
        place(db, f"o{n}", "ann", [("book", n + 1, 100)])
    before = overview(db, "ann")
    db.execute("UPDATE order_list SET total_cents = -1")
    rebuild(db)
    assert overview(db, "ann") == before


def test_the_query_reads_one_table_by_its_index(db):
    plan = " ".join(row[3] for row in db.execute(
        "EXPLAIN QUERY PLAN SELECT id FROM order_list WHERE customer = 'ann' AND id > '' ORDER BY id LIMIT 20"))
    assert "order_list_customer" in plan and "TEMP B-TREE" not in plan
