"""No job is taken twice, a dead worker's job comes back, and its late result is refused."""

import os
import threading
import uuid
from collections import Counter
from pathlib import Path

import pytest

psycopg = pytest.importorskip("psycopg")
from job_queue import claim, fail, finish  # noqa: E402

URL = os.environ.get("ARCHITECT_TEST_POSTGRES_URL")
pytestmark = pytest.mark.skipif(not URL, reason="ARCHITECT_TEST_POSTGRES_URL is not set")


@pytest.fixture
def db():
    with psycopg.connect(URL, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS jobs")
        db.execute((Path(__file__).parent / "job_queue.sql").read_text())
        yield db
        db.execute("DROP TABLE jobs")


def test_four_workers_share_without_overlap(db) -> None:
    db.execute("INSERT INTO jobs (payload) SELECT to_jsonb(n) FROM generate_series(1, 200) n")
    taken: list[int] = []

    def worker() -> None:
        me = uuid.uuid4()
        with psycopg.connect(URL, autocommit=True) as mine:
            while jobs := claim(mine, me):
                for job, _ in jobs:
                    assert finish(mine, me, job)
                    taken.append(job)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 200
    assert max(Counter(taken).values()) == 1


def test_expired_lease_is_taken_over_and_the_late_worker_cannot_finish(db) -> None:
    dead, alive = uuid.uuid4(), uuid.uuid4()
    db.execute("INSERT INTO jobs (payload) VALUES ('1')")
    [(job, _)] = claim(db, dead)
    assert claim(db, alive) == []
    db.execute("UPDATE jobs SET locked_to = now() - interval '1 s'")
    assert [row[0] for row in claim(db, alive)] == [job]
    assert not finish(db, dead, job)
    assert finish(db, alive, job)


def test_a_failed_job_waits_longer_each_time_and_stops_at_ten(db) -> None:
    me = uuid.uuid4()
    db.execute("INSERT INTO jobs (payload) VALUES ('1')")
    [(job, _)] = claim(db, me)
    fail(db, me, job)
    assert claim(db, me) == []
    assert db.execute("SELECT run_at > now() + interval '9 s' FROM jobs").fetchone() == (True,)
    db.execute("UPDATE jobs SET run_at = now(), attempts = 10")
    assert claim(db, me) == [], "parked for a person"
