"""LISTEN needs a real server."""

import os
import threading
import time

import pytest

psycopg = pytest.importorskip("psycopg")
from notify import enqueue, work  # noqa: E402

URL = os.environ.get("ARCHITECT_TEST_POSTGRES_URL")


@pytest.mark.skipif(not URL, reason="ARCHITECT_TEST_POSTGRES_URL is not set")
def test_a_notification_wakes_the_worker_and_a_rollback_sends_none() -> None:
    taken: list[tuple[float, str]] = []

    def drain(db) -> None:
        for (payload,) in db.execute("DELETE FROM notify_jobs RETURNING payload").fetchall():
            taken.append((time.monotonic(), payload))

    with psycopg.connect(URL, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS notify_jobs")
        db.execute("CREATE TABLE notify_jobs (payload text)")
        enqueue(db, "before the worker starts")
        worker = threading.Thread(target=work, args=(URL, drain, 5.0, 2))
        worker.start()
        time.sleep(0.3)
        with pytest.raises(RuntimeError), db.transaction():
            db.execute("SELECT pg_notify('jobs', '')")
            raise RuntimeError
        sent = time.monotonic()
        enqueue(db, "while it waits")
        worker.join(6)
        db.execute("DROP TABLE notify_jobs")
    assert [payload for _, payload in taken] == ["before the worker starts", "while it waits"]
    assert taken[1][0] - sent < 2, "woken, not polled"
