import itertools
import sqlite3

import pytest

from projection import SCHEMA, handle, overdue

EVENTS = [
    {"subject": "o1", "entityversion": 1, "data": {"status": "placed"}},
    {"subject": "o1", "entityversion": 2, "data": {"paid": 30}},
    {"subject": "o1", "entityversion": 3, "data": {"paid": 20, "status": "paid"}},
    {"subject": "o1", "entityversion": 4, "data": {"status": "sent"}},
]


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def test_every_order_of_arrival_ends_in_the_same_state():
    for arrival in itertools.permutations(EVENTS):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(SCHEMA)
        for event in [*arrival, *arrival]:                       # and everything twice
            handle(connection, event, now=0)
        assert connection.execute("SELECT * FROM order_view").fetchall() == [("o1", 4, 50, "sent")], arrival
        assert connection.execute("SELECT count(*) FROM parked").fetchone() == (0,)
        connection.close()


def test_a_gap_is_parked_and_closed_by_the_missing_event(db):
    assert [handle(db, EVENTS[i], 0) for i in (0, 2, 2)] == ["applied", "parked", "parked"]
    assert db.execute("SELECT version, paid FROM order_view").fetchone() == (1, 0)
    assert handle(db, EVENTS[1], 0) == "applied"
    assert db.execute("SELECT version, paid FROM order_view").fetchone() == (3, 50)


def test_a_gap_that_stays_is_reported(db):
    handle(db, EVENTS[3], now=1000)
    assert overdue(db, now=1200) == [] and overdue(db, now=1301) == ["o1"]


def test_other_orders_do_not_wait(db):
    handle(db, EVENTS[3], 0)
    assert handle(db, {"subject": "o2", "entityversion": 1, "data": {"status": "placed"}}, 0) == "applied"
