import json
import sqlite3

import pytest

from step_consumer import SCHEMA, reserve

ORDER = {"id": "m1", "data": {"id": "o1", "sku": "book", "quantity": 2}}


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    connection.execute("INSERT INTO stock VALUES ('book', 3)")
    connection.commit()
    yield connection
    connection.close()


def free(db):
    return db.execute("SELECT free FROM stock").fetchone()[0]


def types(db):
    return [json.loads(payload)["type"] for (payload,) in db.execute("SELECT payload FROM outbox ORDER BY seq")]


def test_ten_deliveries_have_one_effect_and_one_event(db):
    assert [reserve(db, ORDER) for _ in range(10)] == [True] + [False] * 9
    assert free(db) == 1 and types(db) == ["stock.reserved"]


def test_a_refusal_is_an_event_too_and_is_not_repeated(db):
    reserve(db, ORDER)
    second = {"id": "m2", "data": {"id": "o2", "sku": "book", "quantity": 2}}
    reserve(db, second)
    reserve(db, second)
    assert free(db) == 1 and types(db) == ["stock.reserved", "stock.refused"]


def test_a_crash_in_the_middle_leaves_nothing_and_the_redelivery_does_all(db):
    db.execute("CREATE TRIGGER crash BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'crash'); END")
    with pytest.raises(sqlite3.IntegrityError):
        reserve(db, ORDER)
    assert free(db) == 3 and db.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
    db.execute("DROP TRIGGER crash")
    assert reserve(db, ORDER) is True
    assert free(db) == 1 and types(db) == ["stock.reserved"]
