import sqlite3

import pytest
from fixation import login, login_keeping_the_id
from session_store import SCHEMA, Sessions


class Clock:
    now = 1_800_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def sessions():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    yield Sessions(db, now=Clock())
    db.close()


# region fixation
def test_planted_session_id_works_on_the_vulnerable_login_only(sessions: Sessions) -> None:
    planted = sessions.create()  # the attacker opens the site and sets this id as the victim's cookie
    login_keeping_the_id(sessions, planted, "victim")
    assert sessions.user(planted) == "victim"  # account taken over

    planted = sessions.create()
    fresh = login(sessions, planted, "victim")
    assert sessions.user(fresh) == "victim" and not sessions.exists(planted)
# endregion


def test_an_id_the_server_never_issued_is_not_adopted(sessions: Sessions) -> None:
    assert login(sessions, "chosen-by-the-attacker", "victim") != "chosen-by-the-attacker"
    assert not sessions.exists("chosen-by-the-attacker")


def test_idle_and_absolute_timeout(sessions: Sessions) -> None:
    session_id = sessions.create("u1")
    sessions.now.now += 1_799
    assert sessions.user(session_id) == "u1"  # counts as activity
    sessions.now.now += 1_799
    assert sessions.user(session_id) == "u1"
    sessions.now.now += 1_800
    assert sessions.user(session_id) is None
    busy = sessions.create("u1")
    for _ in range(43_200 // 1_000):
        sessions.now.now += 1_000
        sessions.exists(busy)
    sessions.now.now += 300
    assert sessions.user(busy) is None  # used all the time, ended all the same


def test_table_dump_opens_nothing_and_logout_everywhere_keeps_this_device(sessions: Sessions) -> None:
    here, there = sessions.create("u1"), sessions.create("u1")
    stored = sessions.db.execute("SELECT id_hash FROM session").fetchone()[0]
    assert not sessions.exists(stored.hex())
    sessions.end_all("u1", but=here)
    assert sessions.user(here) == "u1" and sessions.user(there) is None
