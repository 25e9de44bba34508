import sqlite3

import pytest

from natural_idempotency import SCHEMA, put_payout


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    yield db
    db.close()


def test_repeats_create_one_row_and_say_so(db):
    body = {"invoice": "inv-1", "cents": 500}
    assert [put_payout(db, "p1", body)[0] for _ in range(3)] == [201, 200, 200]
    assert db.execute("SELECT count(*) FROM payouts").fetchone() == (1,)


def test_other_content_under_the_same_url_is_a_conflict(db):
    put_payout(db, "p1", {"invoice": "inv-1", "cents": 500})
    assert put_payout(db, "p1", {"invoice": "inv-1", "cents": 900})[0] == 409


def test_the_business_key_stops_a_second_client_that_chose_another_id(db):
    put_payout(db, "p1", {"invoice": "inv-1", "cents": 500})
    assert put_payout(db, "p2", {"invoice": "inv-1", "cents": 500})[0] == 409
