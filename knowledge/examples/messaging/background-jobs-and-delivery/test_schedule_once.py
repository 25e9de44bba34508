import sqlite3
import threading
from datetime import datetime, timedelta, timezone

from schedule_once import SCHEMA, enqueue_once, planned_tick

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 25, 12, 0, 3, tzinfo=timezone.utc)


def test_five_instances_with_skewed_clocks_enqueue_one_job(tmp_path):
    path = str(tmp_path / "s.db")
    db = sqlite3.connect(path)
    db.executescript(SCHEMA)
    won = []

    def instance(skew):
        connection = sqlite3.connect(path, timeout=5)
        won.append(enqueue_once(connection, "report", NOW + timedelta(seconds=skew), HOUR))
        connection.close()

    threads = [threading.Thread(target=instance, args=(skew,)) for skew in (0, 1, 2, 5, 30)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(won) == [False] * 4 + [True]
    assert db.execute("SELECT tick FROM job_queue").fetchall() == [("2026-11-25T12:00:00+00:00",)]
    assert enqueue_once(db, "report", NOW + HOUR, HOUR)          # the next tick is a new one
    db.close()


def test_an_instance_that_was_down_at_the_tick_catches_up_once():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    late = NOW + timedelta(minutes=40)
    assert planned_tick(late, HOUR).hour == 12
    assert enqueue_once(db, "report", late, HOUR) and not enqueue_once(db, "report", late, HOUR)
    db.close()


def test_a_daily_tick_is_midnight_utc_unless_a_time_of_day_is_given():
    day, two = timedelta(days=1), timedelta(hours=2)
    assert planned_tick(NOW, day) == datetime(2026, 11, 25, tzinfo=timezone.utc)
    assert planned_tick(NOW, day, two) == datetime(2026, 11, 25, 2, tzinfo=timezone.utc)
    assert planned_tick(NOW.replace(hour=1), day, two) == datetime(2026, 11, 24, 2, tzinfo=timezone.utc)
