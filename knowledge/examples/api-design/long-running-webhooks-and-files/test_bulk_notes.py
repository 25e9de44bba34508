import sqlite3

import pytest

from bulk_notes import LIMIT, bulk_create, bulk_create_atomic, open_db

GOOD, BAD = {"key": "a", "text": "one"}, {"key": "b", "text": " "}


@pytest.fixture
def db():
    return open_db()


def count(db):
    return db.execute("SELECT count(*) FROM notes").fetchone()[0]


def test_partial_failure_in_request_order(db):
    status, body = bulk_create(db, {"items": [BAD, GOOD, {"key": "c", "text": "two"}, "junk"]})
    assert status == 200 and body["summary"] == {"total": 4, "failed": 2}
    assert [r["status"] for r in body["results"]] == [422, 201, 201, 422]
    assert count(db) == 2


def test_repeat_after_a_timeout_creates_nothing_twice(db):
    bulk_create(db, {"items": [GOOD]})
    _, body = bulk_create(db, {"items": [GOOD, {"key": "a", "text": "other"}]})
    assert [r["status"] for r in body["results"]] == [200, 409] and count(db) == 1


def test_atomic_stores_all_or_nothing_and_points_to_the_culprit(db):
    status, body = bulk_create_atomic(db, {"items": [GOOD, BAD]})
    assert status == 422 and body["errors"][0]["pointer"] == "#/items/1" and count(db) == 0
    assert bulk_create_atomic(db, {"items": ["junk", GOOD]})[0] == 422 and count(db) == 0
    assert bulk_create_atomic(db, {"items": [GOOD]})[0] == 200 and count(db) == 1 and not db.in_transaction


@pytest.mark.parametrize("bulk", [bulk_create, bulk_create_atomic])
def test_an_unexpected_error_leaves_nothing_behind(db, bulk):
    db.execute("CREATE TRIGGER boom BEFORE INSERT ON notes WHEN NEW.key = 'z' BEGIN SELECT raise(FAIL, 'disk'); END")
    with pytest.raises(sqlite3.Error):
        bulk(db, {"items": [GOOD, {"key": "z", "text": "x"}]})
    assert count(db) == 0 and not db.in_transaction


@pytest.mark.parametrize(("items", "status"), [([], 400), (None, 400), ([GOOD] * (LIMIT + 1), 413)])
def test_limits(db, items, status):
    assert bulk_create(db, {"items": items})[0] == status
