import sqlite3

import pytest

from unique_jobs import HEALTH, SCHEMA, enqueue_debounced


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    yield db
    db.close()


def rows(db):
    return db.execute("SELECT state, run_at FROM jobs ORDER BY id").fetchall()


def test_a_burst_becomes_one_job_after_the_quiet_time(db):
    for now in (0, 1, 2, 3):
        enqueue_debounced(db, "reindex", "p7", now)
    assert rows(db) == [("waiting", 8)]


def test_a_steady_stream_cannot_postpone_the_job_for_ever(db):
    for now in range(0, 300, 2):
        enqueue_debounced(db, "reindex", "p7", now)
    assert rows(db) == [("waiting", 60)]


def test_a_request_during_the_run_is_not_lost(db):
    enqueue_debounced(db, "reindex", "p7", 0)
    db.execute("UPDATE jobs SET state = 'running'")
    enqueue_debounced(db, "reindex", "p7", 10)
    assert rows(db) == [("running", 5), ("waiting", 15)]


def test_health_shows_age_not_only_length(db):
    enqueue_debounced(db, "reindex", "p7", 0)
    enqueue_debounced(db, "reindex", "p8", 100)
    assert db.execute(HEALTH, {"now": 95}).fetchall() == [("reindex", 1, 90, 0, 0)]
