import sqlite3

import pytest

from fencing import SCHEMA, acquire, write_fenced, write_unfenced


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def body(db):
    return db.execute("SELECT body FROM report").fetchone()[0]


def test_without_fencing_the_paused_holder_overwrites_the_new_one(db):
    assert acquire(db, "daily", "a", ttl=10, now=0)
    assert acquire(db, "daily", "b", ttl=10, now=11)           # a is stuck in a long pause
    write_unfenced(db, "from b")
    write_unfenced(db, "from a, late")
    assert body(db) == "from a, late"                          # two holders, lost update


def test_with_fencing_the_late_write_is_refused(db):
    old = acquire(db, "daily", "a", ttl=10, now=0)
    new = acquire(db, "daily", "b", ttl=10, now=11)
    assert (old, new) == (1, 2)
    assert write_fenced(db, "from b", new)
    assert not write_fenced(db, "from a, late", old)
    assert body(db) == "from b"


def test_the_lease_is_exclusive_until_it_runs_out(db):
    assert acquire(db, "daily", "a", ttl=10, now=0) == 1
    assert acquire(db, "daily", "b", ttl=10, now=9.9) is None
    assert acquire(db, "daily", "b", ttl=10, now=10) == 2
    assert acquire(db, "other", "b", ttl=10, now=10) == 1


def test_one_holder_may_write_several_times(db):
    token = acquire(db, "daily", "a", ttl=10, now=0)
    assert write_fenced(db, "one", token) and write_fenced(db, "two", token)


def test_fencing_orders_writes_it_does_not_make_the_work_happen_once(db):
    """If the new holder has not written yet, the late write passes: the token only guards what came after."""
    old = acquire(db, "daily", "a", ttl=10, now=0)
    new = acquire(db, "daily", "b", ttl=10, now=11)
    assert write_fenced(db, "from a, late", old)
    assert write_fenced(db, "from b", new)
    assert body(db) == "from b"
